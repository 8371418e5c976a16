internal import Kernels
internal import Tensors

/// Limits every element to an interval; where its ends are out of order, the upper one wins.
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
        case .double: limit(run, x, y, Double.self, lower.map { Double($0) }, upper.map { Double($0) }) { Double.clip($0, $1, $2) }
        case .signed: limit(run, x, y, Int64.self, nil, nil) { min(max($0, $1 ?? .min), $2 ?? .max) }
        case .unsigned: limit(run, x, y, UInt64.self, nil, nil) { min(max($0, $1 ?? .min), $2 ?? .max) }
        default:
            let activation = Activation.clip(lower ?? bound(run, 1) ?? -.infinity, upper ?? bound(run, 2) ?? .infinity)
            ElementMap.run(run, x, y, costPerElement: 2) { (x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, count) in
                Kernels.table.unary.activate(activation, x, y, count)
            }
        }
    }

    @inline(__always)
    private func limit<T: ComputeElement>(
        _ run: NodeRun, _ x: Tensor, _ y: Tensor, _ type: T.Type, _ lower: T?, _ upper: T?, _ clip: (T, T?, T?) -> T
    ) {
        let lower = lower ?? bound(run, 1)
        let upper = upper ?? bound(run, 2)
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
    fileprivate static func clip(_ x: Self, _ lower: Self?, _ upper: Self?) -> Self {
        var y = x
        if let lower, y < lower { y = lower }
        if let upper, y > upper { y = upper }
        return y
    }
}
