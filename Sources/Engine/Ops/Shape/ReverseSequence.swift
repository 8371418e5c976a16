import Tensors

/// Reverses the first elements along the time axis, as many for each entry of the batch as its length says.
struct ReverseSequence: Operation {
    private let batchAxis: Int
    private let timeAxis: Int

    static let entries = [OperatorEntry("ReverseSequence", make: ReverseSequence.init(node:))]

    init(node: Node) throws(EngineError) {
        batchAxis = try node.int("batch_axis", default: 1)
        timeAxis = try node.int("time_axis", default: 0)
    }

    private func axes(rank: Int) throws(EngineError) -> (batch: Int, time: Int) {
        let batch = try AxisIndex.resolve(batchAxis, rank: rank)
        let time = try AxisIndex.resolve(timeAxis, rank: rank)
        guard batch != time else { throw EngineError(.malformedModel, "batch_axis and time_axis are the same") }
        return (batch, time)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        let lengths = try inputs.tensorFact(1)
        guard lengths.dataType == .int64 || lengths.dataType == .int32 else {
            throw EngineError(.malformedModel, "sequence_lens must be int64, not \(lengths.type)")
        }
        if let dims = data.dims {
            let axes = try axes(rank: dims.count)
            if let count = lengths.shape?.count, let batch = dims[axes.batch].value, count != batch {
                throw EngineError(.invalidInput, "\(count) lengths for a batch of \(batch)")
            }
        }
        return [Fact(data.elementType, data.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let target = try run.target(0, of: self)
        let shape = source.shape
        let axes = try axes(rank: shape.rank)
        let lengths = run.integers(1) ?? []
        guard lengths.count == shape[axes.batch] else {
            throw EngineError(.invalidInput, "\(lengths.count) lengths for a batch of \(shape[axes.batch])")
        }
        let extent = shape[axes.time]
        let timeStride = shape.count(in: axes.time + 1..<shape.rank)
        let batchStride = shape.count(in: axes.batch + 1..<shape.rank)
        for (entry, length) in lengths.enumerated() {
            guard length >= 0, length <= extent else {
                throw EngineError(.invalidInput, "length \(length) of entry \(entry) for a time axis of \(extent)")
            }
            for isReversed in [true, false] {
                var copy = StridedCopy()
                let offset = entry * batchStride
                copy.sourceOffset = offset + (isReversed ? max(0, length - 1) : length) * timeStride
                copy.targetOffset = offset + (isReversed ? 0 : length) * timeStride
                for axis in 0..<shape.rank where axis != axes.batch {
                    let stride = shape.count(in: axis + 1..<shape.rank)
                    if axis == axes.time {
                        try copy.append(
                            extent: isReversed ? length : extent - length,
                            sourceStride: isReversed ? -stride : stride, targetStride: stride)
                    } else {
                        try copy.append(extent: shape[axis], sourceStride: stride, targetStride: stride)
                    }
                }
                copy.apply(from: source, to: target, in: run)
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if let mixed = inputs.first(where: { if case .mixed = $0 { true } else { false } }) { return [mixed] }
        guard let rank = facts.first??.rank, let axes = try? axes(rank: rank) else {
            return [.mixed("the rank of its input is not known")]
        }
        switch (RowAxis.of(inputs, 0), RowAxis.of(inputs, 1)) {
        case (.absent, .absent): return [.absent]
        case (.axis(let axis), .absent) where axis != axes.batch && axis != axes.time: return [.axis(axis)]
        case (.axis(axes.batch), .axis): return [.axis(axes.batch)]
        default: return [.mixed("it reverses along or across the batch axis")]
        }
    }
}
