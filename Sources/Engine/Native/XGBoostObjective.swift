import Glibc

/// What XGBoost's objectives make of scores, and of the base score that a file gives as a prediction.
struct XGBoostObjective: Sendable {
    private enum Link {
        case identity
        case logistic
        case logarithm
    }

    let transform: ScoreTransform
    private let link: Link

    init(name: String) throws(EngineError) {
        switch name {
        case "reg:squarederror", "reg:linear", "reg:squaredlogerror", "reg:pseudohubererror", "reg:absoluteerror",
            "reg:quantileerror", "reg:expectileerror", "rank:pairwise", "rank:ndcg", "rank:map":
            (transform, link) = (.identity, .identity)
        case "reg:logistic", "binary:logistic": (transform, link) = (.sigmoid(slope: 1), .logistic)
        case "binary:logitraw": (transform, link) = (.identity, .identity)
        case "binary:hinge": (transform, link) = (.step, .identity)
        case "count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft":
            (transform, link) = (.exponential, .logarithm)
        case "multi:softmax": (transform, link) = (.best, .identity)
        case "multi:softprob": (transform, link) = (.softmax, .identity)
        default: throw EngineError(.unsupported, "the objective '\(name)'")
        }
    }

    /// The score whose prediction is `base`.
    func margin(ofBase base: Float) -> Float {
        switch link {
        case .identity: base
        case .logistic: -logf(1 / base - 1)
        case .logarithm: logf(base)
        }
    }
}
