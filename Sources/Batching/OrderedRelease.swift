/// Lets answers out in the order in which their tasks came, whatever the order in which they were made.
public struct OrderedRelease<Value>: ~Copyable {
    private var nextTurn: UInt64 = 0
    private var releasedTurn: UInt64 = 0
    /// Answers that are ready but not yet due; `nil` stands for one that is not ready.
    private var held: [Value?] = []
    private var head = 0

    public init() {}

    /// Answers that wait for an earlier one.
    public var heldCount: Int {
        var count = 0
        for value in held where value != nil { count += 1 }
        return count
    }

    /// The turn of a task that just came.
    public mutating func takeTurn() -> UInt64 {
        defer { nextTurn &+= 1 }
        held.append(nil)
        return nextTurn
    }

    /// Hands in the answer of `turn` and hands out, in order, all that may leave now.
    public mutating func complete(_ turn: UInt64, _ value: consuming Value, release: (Value) -> Void) {
        let position = head + Int(turn &- releasedTurn)
        precondition(turn >= releasedTurn && position < held.count && held[position] == nil, "a turn is completed once")
        held[position] = value
        while head < held.count, let ready = held[head].take() {
            head += 1
            releasedTurn &+= 1
            release(ready)
        }
        if head == held.count {
            held.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 1024 {
            held.removeFirst(head)
            head = 0
        }
    }
}
