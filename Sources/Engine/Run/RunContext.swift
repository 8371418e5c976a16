internal import Tensors

/// What the nodes of one run share. Used by one run at a time.
final class RunContext {
    let scratch = ScratchPool()
    /// Memory that the plan gives to one value after another.
    let arena: TensorStorage?
    var cancellation: Cancellation?

    init(arena: TensorStorage? = nil) { self.arena = arena }

    /// The tensor, in memory of its own if it was a view of the arena.
    func detached(_ tensor: Tensor) -> Tensor {
        guard let arena, tensor.storage === arena else { return tensor }
        let copy = Tensor(dataType: tensor.dataType, shape: tensor.shape)
        copy.mutableBytes.copyMemory(from: tensor.bytes, byteCount: tensor.byteCount)
        return copy
    }

    func detached(_ value: Value) -> Value {
        guard arena != nil else { return value }
        switch value {
        case .tensor(let tensor): return .tensor(detached(tensor))
        case .sequence(let elements, let type): return .sequence(elements.map(detached), element: type)
        case .map(let entries, let type): return .map(entries.map { (detached($0.key), detached($0.value)) }, type: type)
        case .none: return value
        }
    }
}
