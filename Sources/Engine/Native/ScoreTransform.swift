import Glibc

/// What boosting libraries do to the summed scores of a row to make predictions of them.
enum ScoreTransform: Sendable, Hashable {
    case identity
    /// 1 / (1 + exp(-slope · score)), of each score.
    case sigmoid(slope: Double)
    case softmax
    /// The index of the largest score.
    case best
    case exponential
    /// 1 for positive scores, 0 otherwise.
    case step
    /// log(1 + exp(score)).
    case logOfOnePlusExponential
    /// score · |score|.
    case signedSquare

    /// Results of a row with this many scores.
    func resultCount(_ scores: Int) -> Int { self == .best ? 1 : scores }

    /// Single precision, step by step as XGBoost computes it.
    func apply(_ scores: UnsafeMutablePointer<Float>, count: Int) {
        switch self {
        case .identity: return
        case .sigmoid:
            for index in 0..<count { scores[index] = 1 / (expf(min(-scores[index], 88.7)) + 1 + 1e-16) }
        case .softmax:
            var largest = scores[0]
            for index in 1..<max(count, 1) { largest = max(largest, scores[index]) }
            var sum = 0.0
            for index in 0..<count {
                scores[index] = expf(scores[index] - largest)
                sum += Double(scores[index])
            }
            for index in 0..<count { scores[index] /= Float(sum) }
        case .best:
            var best = 0
            for index in 1..<max(count, 1) where scores[index] > scores[best] { best = index }
            scores[0] = Float(best)
        case .exponential: for index in 0..<count { scores[index] = expf(scores[index]) }
        case .step: for index in 0..<count { scores[index] = scores[index] > 0 ? 1 : 0 }
        case .logOfOnePlusExponential: for index in 0..<count { scores[index] = log1pf(expf(scores[index])) }
        case .signedSquare: for index in 0..<count { scores[index] *= abs(scores[index]) }
        }
    }

    /// Double precision, step by step as LightGBM computes it.
    func apply(_ scores: UnsafeMutablePointer<Double>, count: Int) {
        switch self {
        case .identity: return
        case .sigmoid(let slope):
            for index in 0..<count { scores[index] = 1 / (1 + exp(-slope * scores[index])) }
        case .softmax:
            var largest = scores[0]
            for index in 1..<max(count, 1) { largest = max(largest, scores[index]) }
            var sum = 0.0
            for index in 0..<count {
                scores[index] = exp(scores[index] - largest)
                sum += scores[index]
            }
            for index in 0..<count { scores[index] /= sum }
        case .best:
            var best = 0
            for index in 1..<max(count, 1) where scores[index] > scores[best] { best = index }
            scores[0] = Double(best)
        case .exponential: for index in 0..<count { scores[index] = exp(scores[index]) }
        case .step: for index in 0..<count { scores[index] = scores[index] > 0 ? 1 : 0 }
        case .logOfOnePlusExponential: for index in 0..<count { scores[index] = log1p(exp(scores[index])) }
        case .signedSquare: for index in 0..<count { scores[index] *= abs(scores[index]) }
        }
    }
}
