internal import Tensors

extension NodeRun {
    /// The elements of `tensor` in a compute type: in place when they are, else converted. Valid until `run` returns.
    func computed<T: ComputeElement>(_ tensor: Tensor, as type: T.Type) -> UnsafePointer<T> {
        if T.isStorage(of: tensor.dataType) { return tensor.pointer(as: type) }
        let memory = computeMemory(type, count: tensor.count)
        ElementConversion.standard.convert(tensor.bytes, tensor.dataType, to: memory, T.storage, count: tensor.count)
        return UnsafePointer(memory)
    }

    /// Where to write the elements of `tensor` in a compute type; ``finish(_:from:)`` brings them there.
    func destination<T: ComputeElement>(for tensor: Tensor, as type: T.Type) -> UnsafeMutablePointer<T> {
        T.isStorage(of: tensor.dataType) ? tensor.mutablePointer(as: type) : computeMemory(type, count: tensor.count)
    }

    /// Rounds or wraps what was written to memory from ``destination(for:as:)`` into the tensor.
    func finish<T: ComputeElement>(_ tensor: Tensor, from elements: UnsafeMutablePointer<T>) {
        if T.isStorage(of: tensor.dataType) { return }
        ElementConversion.standard.convert(elements, T.storage, to: tensor.mutableBytes, tensor.dataType, count: tensor.count)
    }

    private func computeMemory<T: ComputeElement>(_ type: T.Type, count: Int) -> UnsafeMutablePointer<T> {
        scratch(byteCount: count * MemoryLayout<T>.stride).assumingMemoryBound(to: type)
    }
}
