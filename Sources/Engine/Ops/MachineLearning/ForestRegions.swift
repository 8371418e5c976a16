/// A condition on one number as an alternation of regions: region k holds what is above boundary k - 1 and not above
/// boundary k.
struct ForestRegions<Scalar: BinaryFloatingPoint> {
    /// Ascending and distinct.
    private(set) var boundaries: [Scalar] = []
    /// Whether the condition holds in each region: one more than there are boundaries.
    private(set) var holds: [Bool] = [false]
    /// A value that is no number satisfies the condition by itself, whatever is said about missing ones.
    private(set) var acceptsMissing = false

    init(_ condition: ForestDescription.Condition) {
        switch condition {
        case .lessOrEqual(let bound): cut(at: Scalar(bound), below: true)
        case .greater(let bound): cut(at: Scalar(bound), below: false)
        case .less(let bound): cut(under: Scalar(bound), below: true)
        case .greaterOrEqual(let bound): cut(under: Scalar(bound), below: false)
        case .equal(let value): add(points: [Scalar(value)])
        case .notEqual(let value):
            add(points: [Scalar(value)])
            holds = holds.map { !$0 }
            acceptsMissing = true
        case .member(let values): add(points: values.map { Scalar($0) })
        case .category(let categories, let cutsNegative):
            for category in categories {
                let lower = category == 0 && cutsNegative ? -1 : Scalar(category).nextDown
                add(above: lower, upTo: Scalar(category + 1).nextDown)
            }
        case .alternating(let given, let holdsFirst):
            boundaries = given.map { Scalar($0) }
            holds = (0...given.count).map { ($0 % 2 == 0) == holdsFirst }
        }
    }

    private mutating func cut(at bound: Scalar, below: Bool) {
        // No number compares with a bound that is none.
        if bound.isNaN { return }
        boundaries = [bound]
        holds = [below, !below]
    }

    private mutating func cut(under bound: Scalar, below: Bool) {
        if bound.isNaN { return }
        if bound == -.infinity {
            holds = [!below]
            return
        }
        cut(at: bound.nextDown, below: below)
    }

    private mutating func add(points: [Scalar]) {
        for point in points.filter({ !$0.isNaN }).sorted() {
            if point == -.infinity {
                boundaries = [point]
                holds = [true, false]
            } else {
                add(above: point.nextDown, upTo: point)
            }
        }
    }

    /// Adds a region to the right of those that are there, or joins it to the last one.
    private mutating func add(above lower: Scalar, upTo upper: Scalar) {
        if let last = boundaries.last {
            if upper <= last { return }
            if lower == last {
                if holds.count >= 2, holds[holds.count - 2] {
                    boundaries[boundaries.count - 1] = upper
                } else {
                    boundaries.append(upper)
                    holds[holds.count - 1] = true
                    holds.append(false)
                }
                return
            }
        }
        boundaries += [lower, upper]
        holds += [true, false]
    }
}
