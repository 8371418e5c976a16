internal import Tensors

/// The numbers from a start, in steps, up to a limit that is not among them.
struct RangeOperation: Operation {
    let node: Node

    private static let types: DataTypeSet = [.float32, .float64, .float16, .bfloat16, .int16, .int32, .int64]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let start = try node.operand(inputs, 0, of: Self.types)
        let limit = try node.operand(inputs, 1, like: start)
        let delta = try node.operand(inputs, 2, like: start)
        guard let dataType = start.dataType, let first = start.value, let last = limit.value, let step = delta.value else {
            return [Fact(type: start.type, dims: [.unknown])]
        }
        for value in [first, last, step] where value.count != 1 {
            throw node.malformed("start, limit and delta must be scalars, not \(value.shape)")
        }
        let count = dataType.isFloatingPoint ? try realCount(first, last, step) : try integerCount(first, last, step)
        return [Fact(dataType, [.known(count)])]
    }

    private func realCount(_ start: Tensor, _ limit: Tensor, _ delta: Tensor) throws(EngineError) -> Int {
        let (start, limit, delta) = (scalar(start, Double.self), scalar(limit, Double.self), scalar(delta, Double.self))
        let steps = ((limit - start) / delta).rounded(.up)
        // Also keeps out NaN, which a step of zero gives when there is nothing to go.
        guard steps < 0x1p53, delta != 0 else {
            throw EngineError(.resourceExhausted, "from \(start) to \(limit) in steps of \(delta) is no range", place: node.place)
        }
        return Int(max(0, steps))
    }

    private func integerCount(_ start: Tensor, _ limit: Tensor, _ delta: Tensor) throws(EngineError) -> Int {
        let (start, limit, delta) = (scalar(start, Int64.self), scalar(limit, Int64.self), scalar(delta, Int64.self))
        guard delta != 0 else { throw EngineError(.invalidInput, "a range with steps of 0", place: node.place) }
        let isEmpty = delta > 0 ? limit <= start : limit >= start
        if isEmpty { return 0 }
        let distance = delta > 0 ? UInt64(bitPattern: limit &- start) : UInt64(bitPattern: start &- limit)
        let steps = (distance - 1) / delta.magnitude + 1
        guard let count = Int(exactly: steps) else {
            throw EngineError(.resourceExhausted, "a range of \(steps) numbers", place: node.place)
        }
        return count
    }

    private func scalar<T: ComputeElement>(_ tensor: Tensor, _ type: T.Type) -> T {
        var value = T.zero
        ElementConversion.standard.convert(tensor.bytes, tensor.dataType, to: &value, T.storage, count: 1)
        return value
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let output = try run.target(0, of: self)
        if output.count == 0 { return }
        let (start, delta) = (run.tensor(0), run.tensor(2))
        switch output.dataType.computeKind {
        case .signed: fill(run, output, scalar(start, Int64.self), scalar(delta, Int64.self)) { $0 &+ Int64($2) &* $1 }
        case .double: fill(run, output, scalar(start, Double.self), scalar(delta, Double.self)) { $0 + Double($2) * $1 }
        // Half precision is counted in single: adding in its own would soon stand still.
        default: fill(run, output, scalar(start, Float.self), scalar(delta, Float.self)) { $0 + Float($2) * $1 }
        }
    }

    @inline(__always)
    private func fill<T: ComputeElement>(_ run: NodeRun, _ output: Tensor, _ start: T, _ delta: T, _ element: (T, T, Int) -> T) {
        let target = run.destination(for: output, as: T.self)
        for index in 0..<output.count { target[index] = element(start, delta, index) }
        run.finish(output, from: target)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        guard inputs.contains(where: { $0 != .absent }) else { return [.absent] }
        return [.mixed("its range depends on the rows")]
    }

    static let all: [OperatorEntry] = [
        OperatorEntry("Range", versions: 11...Int.max) { node in RangeOperation(node: node) }
    ]
}
