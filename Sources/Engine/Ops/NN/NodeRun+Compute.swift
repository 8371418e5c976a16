internal import Tensors

/// Where an operator writes results of its compute type: the output itself, or memory that is rounded into it at the end.
struct Destination<T: ComputeType> {
    let tensor: Tensor
    let elements: UnsafeMutablePointer<T>

    /// Rounds what was written to the output's own type; to be called once everything is.
    func finish() {
        if tensor.dataType != T.dataType {
            T.store(elements, count: tensor.count, into: tensor.mutableBytes, tensor.dataType)
        }
    }
}

extension NodeRun {
    /// The elements of an input in the compute type: in place when they are, else converted. Valid until `run` returns.
    func elements<T: ComputeType>(_ tensor: Tensor, as type: T.Type) -> UnsafePointer<T> {
        if tensor.dataType == T.dataType { return tensor.pointer(as: type) }
        let memory = scratch(T.self, count: tensor.count)
        T.load(tensor.bytes, tensor.dataType, count: tensor.count, into: memory)
        return UnsafePointer(memory)
    }

    /// As ``elements(_:as:)`` for input `index`, nil when it is left out.
    func optionalElements<T: ComputeType>(_ index: Int, as type: T.Type) -> UnsafePointer<T>? {
        optionalTensor(index).map { elements($0, as: type) }
    }

    func destination<T: ComputeType>(_ index: Int, as type: T.Type) -> Destination<T> { destination(output(index), as: type) }

    func destination<T: ComputeType>(_ tensor: Tensor, as type: T.Type) -> Destination<T> {
        if tensor.dataType == T.dataType { return Destination(tensor: tensor, elements: tensor.mutablePointer(as: type)) }
        return Destination(tensor: tensor, elements: scratch(T.self, count: tensor.count))
    }

    /// Uninitialised memory for `count` elements, gone when `run` returns.
    func scratch<T: BitwiseCopyable>(_ type: T.Type, count: Int) -> UnsafeMutablePointer<T> {
        scratch(byteCount: count * MemoryLayout<T>.stride).bindMemory(to: type, capacity: count)
    }
}

/// Memory that one call of a parallel body uses and returns.
enum LaneScratch {
    static func with<T: BitwiseCopyable>(_ type: T.Type, count: Int, _ body: (UnsafeMutablePointer<T>) -> Void) {
        let raw = UnsafeMutableRawPointer.allocate(
            byteCount: count * MemoryLayout<T>.stride + TensorStorage.readSlackBytes, alignment: 64)
        defer { raw.deallocate() }
        body(raw.bindMemory(to: type, capacity: count))
    }
}

extension Tensor {
    /// The elements, whatever numbers they are, as float32. O(n).
    var floats: [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let base = buffer.baseAddress { Float.load(bytes, dataType, count: count, into: base) }
            initialized = count
        }
    }
}
