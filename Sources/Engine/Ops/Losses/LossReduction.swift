internal import Tensors

/// What becomes of the losses of all places.
enum LossReduction: String, Sendable {
    case none, sum, mean

    init(_ node: Node) throws(EngineError) {
        let name = try node.string("reduction", default: "mean")
        guard let reduction = LossReduction(rawValue: name) else {
            throw node.malformed("attribute 'reduction' is '\(name)', which is none of 'none', 'sum', 'mean'")
        }
        self = reduction
    }
}
