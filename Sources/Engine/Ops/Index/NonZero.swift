import Tensors

/// The coordinates of all elements that are not zero, one column each, in row-major order.
struct NonZero: Operation {
    static let entries = [OperatorEntry("NonZero", make: NonZero.init(node:))]

    init(node: Node) throws(EngineError) {}

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        // A scalar counts as a vector of one element.
        return [Fact(.int64, [data.rank.map { .known(max(1, $0)) } ?? .unknown, .unknown])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let dims = source.shape.rank == 0 ? [1] : source.shape.dims
        var found: [Int] = []
        let test = ZeroTest(source)
        for index in 0..<source.count where !test.isZero(index) { found.append(index) }
        guard let shape = Shape(checking: [dims.count, found.count]) else {
            throw EngineError(.resourceExhausted, "\(found.count) coordinates do not fit an address space")
        }
        let target = run.allocate(0, dataType: .int64, shape: shape).mutablePointer(as: Int64.self)
        for (column, index) in found.enumerated() {
            var rest = index
            var axis = dims.count - 1
            while axis >= 0 {
                target[axis * found.count + column] = Int64(rest % dims[axis])
                rest /= dims[axis]
                axis -= 1
            }
        }
        withExtendedLifetime(source) {}
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if case .axis = RowAxis.of(inputs, 0) { return [.mixed("it lists what it finds across all rows")] }
        return [RowAxis.of(inputs, 0)]
    }
}

/// Tells which elements are zero, whatever the type. The empty string counts as zero.
struct ZeroTest {
    private let tensor: Tensor
    /// The bits that matter: all but the sign, where there is a negative zero.
    private let mask: UInt64

    init(_ tensor: Tensor) {
        self.tensor = tensor
        switch tensor.dataType {
        case .float16, .bfloat16: mask = 0x7FFF
        case .float32: mask = 0x7FFF_FFFF
        case .float64: mask = .max >> 1
        case .complex64: mask = 0x7FFF_FFFF_7FFF_FFFF
        case .complex128: mask = .max >> 1
        case .float8E4M3FN, .float8E5M2: mask = 0x7F
        case .float4E2M1: mask = 0x7
        default: mask = .max
        }
    }

    @inline(__always)
    func isZero(_ index: Int) -> Bool {
        switch tensor.dataType.byteWidth {
        case 0: tensor.strings[index].bytes.isEmpty
        case 1: UInt64(tensor.pointer(as: UInt8.self)[index]) & mask == 0
        case 2: UInt64(tensor.pointer(as: UInt16.self)[index]) & mask == 0
        case 4: UInt64(tensor.pointer(as: UInt32.self)[index]) & mask == 0
        case 8: tensor.pointer(as: UInt64.self)[index] & mask == 0
        default:
            (tensor.pointer(as: UInt64.self)[2 * index] | tensor.pointer(as: UInt64.self)[2 * index + 1]) & mask == 0
        }
    }
}
