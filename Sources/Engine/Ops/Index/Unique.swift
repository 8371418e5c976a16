import Tensors

/// The distinct elements, or slices along an axis, with where each was first seen, which one each was, and how often it came.
struct Unique: Operation {
    private let axis: Int?
    private let isSorted: Bool
    let outputCount: Int

    static let entries = [OperatorEntry("Unique", make: Unique.init(node:))]

    init(node: Node) throws(EngineError) {
        axis = try node.int("axis")
        isSorted = try node.bool("sorted", default: true)
        outputCount = node.outputs.count
        guard (1...4).contains(outputCount) else { throw node.malformed("\(outputCount) outputs, expected 1 to 4") }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        guard data.dataType == .string || SortKey.exists(for: data.elementType) else {
            throw EngineError(.unsupported, "elements of type \(data.type) have no order")
        }
        var dims: [Dim]? = [.unknown]
        if let axis {
            dims = data.dims
            if let rank = data.rank { dims?[try AxisIndex.resolve(axis, rank: rank)] = .unknown }
        }
        let facts = [
            Fact(data.elementType, dims), Fact(.int64, [.unknown]), Fact(.int64, [.unknown]), Fact(.int64, [.unknown]),
        ]
        return Array(facts[..<outputCount])
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        var dims = source.shape.dims
        var position = 0
        if let axis {
            position = try AxisIndex.resolve(axis, rank: dims.count)
        } else {
            dims = [source.count]
        }
        let flat = Shape(dims)
        let extent = flat[position]
        let slices = SliceOrder(source.reshaped(to: flat), axis: position)
        var order = Array(0..<extent)
        order.sort { slices.compare($0, $1) ?? ($0 < $1) }

        // The first of each group of equal slices, in the order of the groups.
        var group = [Int](repeating: 0, count: extent)
        var firsts: [Int] = []
        var counts: [Int] = []
        for (place, slice) in order.enumerated() {
            if place == 0 || slices.compare(order[place - 1], slice) != nil {
                firsts.append(slice)
                counts.append(0)
            }
            group[slice] = firsts.count - 1
            counts[firsts.count - 1] += 1
        }
        if !isSorted {
            let bySight = firsts.indices.sorted { firsts[$0] < firsts[$1] }
            var rank = [Int](repeating: 0, count: firsts.count)
            for (place, old) in bySight.enumerated() { rank[old] = place }
            firsts = bySight.map { firsts[$0] }
            counts = bySight.map { counts[$0] }
            group = group.map { rank[$0] }
        }

        dims[position] = firsts.count
        let target = run.allocate(0, dataType: source.dataType, shape: Shape(dims))
        let inner = flat.count(in: position + 1..<flat.rank)
        let outer = flat.count(in: 0..<position)
        TableCopy(tables: [(0..<outer).map { $0 * extent * inner }, firsts.map { $0 * inner }], run: inner)
            .apply(from: source, to: target, in: run)
        for (index, list) in [firsts, group, counts].enumerated() where index + 1 < outputCount {
            let tensor = run.allocate(index + 1, dataType: .int64, shape: Shape([list.count]))
            let pointer = tensor.mutablePointer(as: Int64.self)
            for (place, value) in list.enumerated() { pointer[place] = Int64(value) }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        var state = RowAxis.of(inputs, 0)
        if case .axis = state { state = .mixed("it compares the rows of the batch") }
        return [RowAxis](repeating: state, count: outputCount)
    }
}
