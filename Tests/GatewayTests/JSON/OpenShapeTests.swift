import Gateway
import Testing

@Suite struct `an open shape` {
    @Test(arguments: [
        ([-1, 4], 8, [2, 4]), ([-1, -1], 3, [1, 3]), ([2, 2], 4, [2, 2]), ([-1, 0], 0, [1, 0]), ([-1], 0, [0]), ([3, -1, 2], 12, [3, 2, 2]), ([], 1, []),
    ] as [([Int], Int, [Int])]) func `is filled from the number of elements`(_ dims: [Int], _ count: Int, _ filled: [Int]) {
        #expect(OpenShape.fill(dims, count: count) == filled)
    }

    @Test func `that nobody knows is a row`() { #expect(OpenShape.fill(nil, count: 5) == [5]) }

    @Test(arguments: [([-1, 4], 6), ([2, 2], 5), ([-1, 0], 3), ([], 2), ([Int.max, 2, -1], 4)] as [([Int], Int)])
    func `that cannot hold so many is none`(_ dims: [Int], _ count: Int) {
        #expect(OpenShape.fill(dims, count: count) == nil)
    }
}
