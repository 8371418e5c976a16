/// Whether requests may share a run of a model: whether what comes out for one row depends on that row alone.
public enum Batchability: Sendable, Hashable {
    /// Inputs may be joined along their leading axis, outputs split along theirs; every bit is that of a run alone.
    case batchable
    /// They may not. `node` is where rows meet, when it is a node; the reason completes "it cannot be batched because …".
    case separate(node: String?, reason: String)
}

extension Batchability: CustomStringConvertible {
    public var description: String {
        switch self {
        case .batchable: "batchable"
        case .separate(nil, let reason): "not batchable: \(reason)"
        case .separate(let node?, let reason): "not batchable: at \(node) \(reason)"
        }
    }
}
