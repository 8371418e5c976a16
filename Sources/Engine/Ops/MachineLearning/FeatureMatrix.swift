import Tensors

/// The rows of features that a model reads: [rows, features], or one row as a vector.
struct FeatureMatrix<Scalar: BinaryFloatingPoint & BitwiseCopyable> {
    let rows: Int
    let columns: Int
    /// Row-major; valid while the tensor it was made from, and the run, are.
    let elements: UnsafePointer<Scalar>

    /// The elements of `tensor` themselves when they are of this type, a converted copy otherwise.
    ///
    /// - Precondition: ``check(_:)`` has accepted the type and rank.
    init(_ tensor: Tensor, in run: NodeRun) {
        (rows, columns) = FeatureRows.extents(tensor.shape)
        if MemoryLayout<Scalar>.size == tensor.dataType.byteWidth, tensor.dataType.isFloatingPoint {
            elements = UnsafePointer(tensor.bytes.assumingMemoryBound(to: Scalar.self))
            return
        }
        let count = tensor.count
        let copy = run.scratch(byteCount: count * MemoryLayout<Scalar>.stride).bindMemory(to: Scalar.self, capacity: max(count, 1))
        switch tensor.dataType {
        case .float32: Self.convert(tensor.pointer(as: Float.self), copy, count)
        case .float64: Self.convert(tensor.pointer(as: Double.self), copy, count)
        case .float16: Self.convert(tensor.pointer(as: Float16.self), copy, count)
        case .int32: Self.convert(tensor.pointer(as: Int32.self), copy, count)
        case .int64: Self.convert(tensor.pointer(as: Int64.self), copy, count)
        default: copy.update(repeating: 0, count: count)
        }
        elements = UnsafePointer(copy)
    }

    private static func convert<Source: BinaryFloatingPoint>(
        _ source: UnsafePointer<Source>, _ target: UnsafeMutablePointer<Scalar>, _ count: Int
    ) {
        for index in 0..<count { target[index] = Scalar(source[index]) }
    }

    private static func convert<Source: BinaryInteger>(
        _ source: UnsafePointer<Source>, _ target: UnsafeMutablePointer<Scalar>, _ count: Int
    ) {
        for index in 0..<count { target[index] = Scalar(source[index]) }
    }
}

/// What all models over rows of features have in common.
enum FeatureRows {
    /// Rows and features of an input of rank 1 or 2; further axes count as features.
    static func extents(_ shape: Shape) -> (rows: Int, columns: Int) {
        shape.rank <= 1 ? (1, shape.count) : (shape[0], shape.count(in: 1..<shape.rank))
    }

    /// Checks the type and rank of features and gives the extent of the rows, and of the features if it is known.
    static func check(
        _ fact: Fact, types: [DataType] = [.float32, .float64, .int64, .int32]
    ) throws(EngineError) -> (rows: Dim, columns: Int?) {
        guard let type = fact.dataType, types.contains(type) else {
            let expected = types.map(\.description).joined(separator: ", ")
            throw EngineError(.malformedModel, "features of type \(fact.type), expected one of \(expected)")
        }
        guard let dims = fact.dims else { return (.unknown, nil) }
        switch dims.count {
        case 0: throw EngineError(.invalidInput, "features must have at least one axis")
        case 1: return (1, dims[0].value)
        case 2: return (dims[0], dims[1].value)
        default: throw EngineError(.invalidInput, "features of rank \(dims.count), expected 1 or 2")
        }
    }

    /// Where rows lie in outputs whose first axis is that of the input's rows.
    static func rows(_ inputs: [RowAxis], facts: [Fact?], outputs: Int) -> [RowAxis] {
        var state = RowAxis.of(inputs, 0)
        if case .axis(let axis) = state, axis != 0 || facts.first??.rank == 1 {
            state = .mixed("the batch axis holds the features of one row")
        }
        return [RowAxis](repeating: state, count: outputs)
    }
}
