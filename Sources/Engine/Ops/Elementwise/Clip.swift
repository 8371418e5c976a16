internal import Kernels
internal import Tensors

/// Limits every element to an interval; where its ends are out of order, the upper one wins.
///
/// An end that is left out is the lowest or largest finite value of the type, so that infinities do not pass.
struct Clip: Operation {
    let node: Node
    /// Ends that the node's attributes gave, up to version 10.
    let lower: Float?
    let upper: Float?

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: .numbers)
        for index in 1...2 where index < inputs.count && inputs[index] != nil {
            let bound = try node.operand(inputs, index, like: x)
            if let shape = bound.shape, shape.count != 1 {
                throw node.malformed("input \(index) must be a scalar, has shape \(shape)")
            }
        }
        return [Fact(type: x.type, dims: x.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        let y = run.output(0)
        switch x.dataType.computeKind {
        case .double:
            let (low, high) = (lower.map { Double($0) } ?? bound(run, 1), upper.map { Double($0) } ?? bound(run, 2))
            let finite = Double.greatestFiniteMagnitude
            limit(run, x, y, low ?? -finite, high ?? finite) { Double.clip($0, $1, $2) }
        case .signed: limit(run, x, y, bound(run, 1) ?? Int64.min, bound(run, 2) ?? Int64.max) { min(max($0, $1), $2) }
        case .unsigned: limit(run, x, y, bound(run, 1) ?? UInt64.min, bound(run, 2) ?? UInt64.max) { min(max($0, $1), $2) }
        default:
            let finite = x.dataType.largestFinite
            let activation = Activation.clip(lower ?? bound(run, 1) ?? -finite, upper ?? bound(run, 2) ?? finite)
            ElementMap.run(run, x, y, costPerElement: 2) { (x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, count) in
                Kernels.table.unary.activate(activation, x, y, count)
            }
        }
    }

    @inline(__always)
    private func limit<T: ComputeElement>(
        _ run: NodeRun, _ x: Tensor, _ y: Tensor, _ lower: T, _ upper: T, _ clip: (T, T, T) -> T
    ) {
        ElementMap.run(run, x, y, costPerElement: 2) { (x: UnsafePointer<T>, y: UnsafeMutablePointer<T>, count) in
            if x == UnsafePointer(y) {
                for index in 0..<count { y[index] = clip(y[index], lower, upper) }
            } else {
                for index in 0..<count { y[index] = clip(x[index], lower, upper) }
            }
        }
    }

    private func bound<T: ComputeElement>(_ run: NodeRun, _ index: Int) -> T? {
        guard let tensor = run.optionalTensor(index), tensor.count == 1 else { return nil }
        var value = T.zero
        ElementConversion.standard.convert(tensor.bytes, tensor.dataType, to: &value, T.storage, count: 1)
        return value
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        for case .mixed(let reason) in inputs { return [.mixed(reason)] }
        if inputs.dropFirst().contains(where: { $0 != .absent }) { return [.mixed("its limits are rows of the batch")] }
        return [inputs[0]]
    }

    var overwritableInputs: [Int] { [0] }

    static let all: [OperatorEntry] = [
        OperatorEntry("Clip", versions: 1...10) { node throws(EngineError) in
            Clip(node: node, lower: try node.float("min"), upper: try node.float("max"))
        },
        OperatorEntry("Clip", versions: 11...Int.max) { node in Clip(node: node, lower: nil, upper: nil) },
    ]
}

extension RealElement {
    /// NaN stays NaN.
    @inline(__always)
    fileprivate static func clip(_ x: Self, _ lower: Self, _ upper: Self) -> Self {
        let raised = x < lower ? lower : x
        return raised > upper ? upper : raised
    }
}

extension DataType {
    /// The largest finite value of a type that is computed in single precision.
    fileprivate var largestFinite: Float {
        switch self {
        case .float16: Float(Float16.greatestFiniteMagnitude)
        case .bfloat16: BFloat16(bitPattern: 0x7F7F).float
        default: .greatestFiniteMagnitude
        }
    }
}
