import Tensors

/// Keeps the slices along an axis, or the elements in row-major order, whose condition holds.
struct Compress: Operation {
    private let axis: Int?

    static let entries = [OperatorEntry("Compress", make: Compress.init(node:))]

    init(node: Node) throws(EngineError) {
        axis = try node.int("axis")
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        let condition = try inputs.tensorFact(1)
        guard condition.dataType == .bool else {
            throw EngineError(.malformedModel, "the condition must be bool, not \(condition.type)")
        }
        guard let axis else {
            guard let value = condition.value else { return [Fact(data.elementType, [.unknown])] }
            let kept = try Self.kept(value, extent: data.shape?.count ?? .max)
            return [Fact(data.elementType, [.known(kept.count)])]
        }
        guard var dims = data.dims else { return [Fact(data.elementType, nil)] }
        let position = try AxisIndex.resolve(axis, rank: dims.count)
        let limit = dims[position].value ?? .max
        dims[position] = .unknown
        if let value = condition.value { dims[position] = .known(try Self.kept(value, extent: limit).count) }
        return [Fact(data.elementType, dims)]
    }

    /// The positions whose condition holds; those beyond the condition's end are dropped.
    private static func kept(_ condition: Tensor, extent: Int) throws(EngineError) -> [Int] {
        let flags = condition.pointer(as: UInt8.self)
        var kept: [Int] = []
        for index in 0..<condition.count where flags[index] != 0 {
            guard index < extent else { throw IndexReader.outOfRange(index, extent: extent) }
            kept.append(index)
        }
        withExtendedLifetime(condition) {}
        return kept
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        var dims = source.shape.dims
        var outer = 1
        var inner = 1
        var extent = source.count
        var position = 0
        if let axis {
            position = try AxisIndex.resolve(axis, rank: dims.count)
            extent = dims[position]
            outer = source.shape.count(in: 0..<position)
            inner = source.shape.count(in: position + 1..<dims.count)
        } else {
            dims = [source.count]
        }
        let kept = try Self.kept(run.tensor(1), extent: extent)
        dims[position] = kept.count
        let target = run.allocate(0, dataType: source.dataType, shape: Shape(dims))
        let stride = extent * inner
        TableCopy(tables: [(0..<outer).map { $0 * stride }, kept.map { $0 * inner }], run: inner)
            .apply(from: source, to: target, in: run)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if case .mixed(let reason) = RowAxis.of(inputs, 1) { return [.mixed(reason)] }
        switch RowAxis.of(inputs, 0) {
        case .absent where RowAxis.of(inputs, 1) == .absent: return [.absent]
        case .axis(let rows) where RowAxis.of(inputs, 1) == .absent:
            if let axis, let rank = facts.first??.rank, let position = try? AxisIndex.resolve(axis, rank: rank),
                position != rows
            {
                return [.axis(rows)]
            }
            return [.mixed("it drops rows of the batch")]
        case .mixed(let reason): return [.mixed(reason)]
        default: return [.mixed("its condition differs from row to row")]
        }
    }
}
