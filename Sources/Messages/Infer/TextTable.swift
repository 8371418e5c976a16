/// A table from names to values that is asked with text out of a message, with no allocation.
///
/// Made once, read from any thread. Hashes are seeded per process, so that names chosen by a client
/// cannot be made to collide.
public struct TextTable<Value> {
    private var slots: [Int32]
    private let keys: [String]
    public private(set) var values: [Value]

    /// Of entries with one name the last counts. At most two thousand million entries.
    public init(_ entries: some Sequence<(String, Value)>) {
        var index: [String: Int] = [:]
        var keys: [String] = []
        var values: [Value] = []
        for (key, value) in entries {
            if let known = index[key] {
                values[known] = value
            } else {
                index[key] = keys.count
                keys.append(key)
                values.append(value)
            }
        }
        var capacity = 4
        while capacity < keys.count * 2 { capacity *= 2 }
        slots = [Int32](repeating: -1, count: capacity)
        self.keys = keys
        self.values = values
        for position in keys.indices {
            keys[position].withTextBytes { bytes in
                var slot = Self.hash(bytes) & (capacity - 1)
                while slots[slot] >= 0 { slot = (slot + 1) & (capacity - 1) }
                slots[slot] = Int32(position)
            }
        }
    }

    public var count: Int { keys.count }

    /// The value of a name, or nil.
    public subscript(_ name: MessageText) -> Value? {
        index(of: name).map { values[$0] }
    }

    /// The position of a name in `values`, or nil.
    public func index(of name: MessageText) -> Int? {
        var slot = Self.hash(name.bytes) & (slots.count - 1)
        while slots[slot] >= 0 {
            let position = Int(slots[slot])
            if name == keys[position] { return position }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: bytes)
        return hasher.finalize()
    }
}

extension TextTable: Sendable where Value: Sendable {}
