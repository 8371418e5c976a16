import Glibc

/// What happens to the scores of a model at its end. All of it in single precision, as exporters expect.
enum PostTransform: String, Sendable {
    case none = "NONE"
    case logistic = "LOGISTIC"
    case softmax = "SOFTMAX"
    case softmaxZero = "SOFTMAX_ZERO"
    case probit = "PROBIT"

    init(node: Node) throws(EngineError) {
        let name = try node.string("post_transform", default: "NONE")
        guard let transform = PostTransform(rawValue: name) else {
            throw node.malformed("post_transform '\(name)' is not known")
        }
        self = transform
    }

    /// Transforms the `count` scores of one row, where there are at least two.
    func apply<Scalar: BinaryFloatingPoint>(to scores: UnsafeMutablePointer<Scalar>, count: Int) {
        switch self {
        case .none: return
        case .logistic: for index in 0..<count { scores[index] = Scalar(Self.logistic(Float(scores[index]))) }
        case .probit: for index in 0..<count { scores[index] = Scalar(Self.probit(Float(scores[index]))) }
        case .softmax:
            let largest = Self.largest(scores, count)
            var sum: Float = 0
            for index in 0..<count {
                let value = expf(Float(scores[index]) - largest)
                scores[index] = Scalar(value)
                sum += value
            }
            for index in 0..<count { scores[index] = Scalar(Float(scores[index]) / sum) }
        case .softmaxZero:
            // Scores that are zero stay zero.
            let largest = Self.largest(scores, count)
            let scale = expf(-largest)
            var sum: Float = 0
            for index in 0..<count {
                let score = Float(scores[index])
                if score > 1e-7 || score < -1e-7 {
                    let value = expf(score - largest)
                    scores[index] = Scalar(value)
                    sum += value
                } else {
                    scores[index] = Scalar(score * scale)
                }
            }
            for index in 0..<count { scores[index] = Scalar(Float(scores[index]) / sum) }
        }
    }

    private static func largest<Scalar: BinaryFloatingPoint>(_ scores: UnsafePointer<Scalar>, _ count: Int) -> Float {
        var largest = -Float.greatestFiniteMagnitude
        for index in 0..<count where Float(scores[index]) > largest { largest = Float(scores[index]) }
        return largest
    }

    static func logistic(_ value: Float) -> Float {
        let positive = 1 / (1 + expf(-abs(value)))
        return value < 0 ? 1 - positive : positive
    }

    static func probit(_ value: Float) -> Float {
        Float(2).squareRoot() * inverseErrorFunction(2 * value - 1)
    }

    /// Winitzki's approximation, which is the one in use for models of this kind.
    private static func inverseErrorFunction(_ value: Float) -> Float {
        let sign: Float = value < 0 ? -1 : 1
        let logarithm = logf((1 - value) * (1 + value))
        let first = 2 / (Float.pi * 0.147) + 0.5 * logarithm
        let second = 1 / 0.147 * logarithm
        return sign * (-first + (first * first - second).squareRoot()).squareRoot()
    }
}

/// How the one score of a two-class model becomes two.
enum SecondClass: Sendable {
    /// It does not.
    case none
    /// The score is a probability: the other class has the rest.
    case complement
    /// The score is a distance: the other class has its opposite.
    case opposite

    /// The scores of both classes, transformed; nil when there is only one, transformed too.
    func expand<Scalar: BinaryFloatingPoint>(_ score: inout Scalar, _ transform: PostTransform) -> (Scalar, Scalar)? {
        if transform == .probit {
            score = Scalar(PostTransform.probit(Float(score)))
            return nil
        }
        switch self {
        case .none: return nil
        case .complement: return (1 - score, score)
        case .opposite:
            if transform == .logistic {
                return (Scalar(PostTransform.logistic(Float(-score))), Scalar(PostTransform.logistic(Float(score))))
            }
            return (-score, score)
        }
    }
}
