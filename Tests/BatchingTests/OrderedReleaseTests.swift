import Batching
import Testing

@Suite struct `ordered release` {
    @Test(arguments: 1...20) func `answers leave in the order of their turns, whatever the order they come in`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var order = OrderedRelease<Int>()
        var open: [UInt64] = []
        var released: [Int] = []
        for _ in 0..<5000 {
            if open.isEmpty || (open.count < 50 && Bool.random(using: &random)) {
                open.append(order.takeTurn())
            } else {
                let turn = open.remove(at: Int.random(in: 0..<open.count, using: &random))
                order.complete(turn, Int(turn)) { released.append($0) }
            }
        }
        for turn in open.shuffled(using: &random) { order.complete(turn, Int(turn)) { released.append($0) } }
        #expect(released == Array(0..<released.count))
        #expect(order.heldCount == 0)
    }
}
