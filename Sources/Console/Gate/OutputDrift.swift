internal import Serving
package import Tensors

/// How one output's answers moved between champion and candidate, over all requests.
package struct OutputDrift: Sendable {
    package let name: String
    package private(set) var answers = 0
    package private(set) var different = 0
    /// The largest difference of two elements, in the outputs' own unit.
    package private(set) var largest = 0.0
    private var mine: [Double] = []
    private var theirs: [Double] = []

    /// Elements of each side that are kept for the distance. Beyond: later ones do not count.
    static let maxKept = 1_000_000

    package init(name: String) { self.name = name }

    package mutating func add(_ got: Tensor, _ expected: Tensor, isDifferent: Bool) {
        answers += 1
        if isDifferent { different += 1 }
        guard let left = RecordedRequest.numbers(of: got), let right = RecordedRequest.numbers(of: expected) else { return }
        for (a, b) in zip(left, right) where (a - b).magnitude > largest { largest = (a - b).magnitude }
        if mine.count + left.count <= Self.maxKept, theirs.count + right.count <= Self.maxKept {
            mine += left.filter(\.isFinite)
            theirs += right.filter(\.isFinite)
        }
    }

    /// The largest vertical distance of the two distribution functions (Kolmogorov and Smirnov): 0 for the same, 1 for disjoint.
    package var distance: Double {
        guard !mine.isEmpty, !theirs.isEmpty else { return mine.isEmpty == theirs.isEmpty ? 0 : 1 }
        let a = mine.sorted()
        let b = theirs.sorted()
        var (i, j, widest) = (0, 0, 0.0)
        while i < a.count, j < b.count {
            let x = min(a[i], b[j])
            while i < a.count, a[i] == x { i += 1 }
            while j < b.count, b[j] == x { j += 1 }
            widest = max(widest, (Double(i) / Double(a.count) - Double(j) / Double(b.count)).magnitude)
        }
        return widest
    }
}
