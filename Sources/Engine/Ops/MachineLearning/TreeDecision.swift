/// From the sums of a row's leaves to its class and the scores of all classes.
///
/// With two classes there are special rules, those of the runtime that exporters test with: trees that give to one class
/// only speak of a probability when all they give is positive, of a distance otherwise.
struct TreeDecision: Sendable {
    let classes: Int
    let baseValues: [Double]
    let transform: PostTransform
    /// Two classes, and all leaves give to the same one.
    private let isBinary: Bool
    private let areAllPositive: Bool

    init(classes: Int, baseValues: [Double], transform: PostTransform, targets: Set<Int>, areAllPositive: Bool) {
        self.classes = classes
        self.baseValues = baseValues
        self.transform = transform
        isBinary = classes == 2 && targets.count == 1
        self.areAllPositive = areAllPositive
    }

    /// The class of a row, as ``ClassLabels/write(_:to:)`` takes it.
    ///
    /// - Parameters:
    ///   - scores: the sums; changed.
    ///   - scored: 1 where a leaf gave something at all; changed.
    ///   - output: receives the scores of all classes.
    func decide<Scalar: BinaryFloatingPoint>(
        _ scores: UnsafeMutablePointer<Scalar>, _ scored: UnsafeMutablePointer<UInt8>, base: [Scalar],
        output: UnsafeMutablePointer<Float>
    ) -> Int32 {
        if classes == 1 { return decideSingle(scores[0] + (base.first ?? 0), output) }
        if classes == 2 { return decideBetweenTwo(scores, scored, base, output) }
        for index in base.indices {
            scores[index] += base[index]
            scored[index] = 1
        }
        var best = -1
        for index in 0..<classes where scored[index] != 0 && (best < 0 || scores[index] > scores[best]) { best = index }
        finish(scores, scored, output)
        return Int32(max(best, 0))
    }

    private func finish<Scalar: BinaryFloatingPoint>(
        _ scores: UnsafeMutablePointer<Scalar>, _ scored: UnsafePointer<UInt8>, _ output: UnsafeMutablePointer<Float>
    ) {
        for index in 0..<classes where scored[index] == 0 { scores[index] = 0 }
        transform.apply(to: scores, count: classes)
        for index in 0..<classes { output[index] = Float(scores[index]) }
    }

    /// A single class: what is decided is whether it applies.
    private func decideSingle<Scalar: BinaryFloatingPoint>(_ score: Scalar, _ output: UnsafeMutablePointer<Float>) -> Int32 {
        output[0] = transform == .probit ? PostTransform.probit(Float(score)) : Float(score)
        return score > 0 ? ClassLabels.literalOne : ClassLabels.literalZero
    }

    private func decideBetweenTwo<Scalar: BinaryFloatingPoint>(
        _ scores: UnsafeMutablePointer<Scalar>, _ scored: UnsafeMutablePointer<UInt8>, _ base: [Scalar],
        _ output: UnsafeMutablePointer<Float>
    ) -> Int32 {
        var isAlone = false
        switch base.count {
        case 2 where scored[1] != 0:
            // The base value of the second class serves both.
            scores[1] = base[1] + scores[0]
            scores[0] = -scores[1]
        case 2:
            scores[1] += base[1]
            scores[0] += base[0]
        case 1:
            scores[0] += base[0]
            isAlone = scored[1] == 0
        default:
            isAlone = scored[1] == 0
        }
        let decisive: Scalar = scored[1] != 0 ? scores[1] : scored[0] != 0 ? scores[0] : 0
        let isPositive = decisive > (isBinary && areAllPositive ? 0.5 : 0)
        if isAlone {
            // One score stands for both classes.
            var second: SecondClass = base.isEmpty ? .opposite : .none
            if isBinary { second = areAllPositive && transform != .logistic ? .complement : .opposite }
            var score = scores[0]
            if let pair = second.expand(&score, transform) {
                output[0] = Float(pair.0)
                output[1] = Float(pair.1)
            } else {
                output[0] = Float(score)
                output[1] = 0
            }
        } else {
            finish(scores, scored, output)
        }
        if isBinary { return isPositive ? 1 : 0 }
        return isPositive ? ClassLabels.literalOne : ClassLabels.literalZero
    }
}
