import Serving
import Testing

@Suite struct `version policies` {
    @Test(arguments: [
        (VersionPolicy.latest(1), [3, 1, 2], [3]),
        (.latest(2), [3, 1, 2], [2, 3]),
        (.latest(9), [3, 1, 2], [1, 2, 3]),
        (.latest(0), [3, 1, 2], []),
        (.latest(1), [], []),
        (.all, [3, 1, 2, 2], [1, 2, 3]),
        (.specific([2, 7]), [3, 1, 2], [2]),
        (.specific([]), [1], []),
    ] as [(VersionPolicy, [Int64], [Int64])])
    func `choose from what there is`(policy: VersionPolicy, available: [Int64], chosen: [Int64]) {
        #expect(policy.choose(from: available) == chosen)
    }
}
