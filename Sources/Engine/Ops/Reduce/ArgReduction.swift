internal import Tensors

/// ArgMax and ArgMin: where along an axis the largest or smallest element is.
struct ArgReduction: Operation {
    let node: Node
    let findsLargest: Bool
    let axis: Int
    let keepsDims: Bool
    let takesLast: Bool

    init(_ node: Node, findsLargest: Bool) throws(EngineError) {
        self.node = node
        self.findsLargest = findsLargest
        axis = try node.int("axis", default: 0)
        keepsDims = try node.bool("keepdims", default: true)
        takesLast = try node.bool("select_last_index", default: false)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: .numbers)
        guard var dims = x.dims else { return [Fact(.int64, nil)] }
        let axis = try node.normalizedAxis(axis, rank: dims.count)
        if keepsDims { dims[axis] = 1 } else { dims.remove(at: axis) }
        return [Fact(.int64, dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        let y = run.output(0)
        if y.count == 0 { return }
        let view = AxisView(x.shape, axis: try node.normalizedAxis(axis, rank: x.shape.rank))
        guard view.length > 0 else {
            throw EngineError(.invalidInput, "there is no element along axis \(axis) of \(x.shape)", place: node.place)
        }
        switch x.dataType.computeKind {
        case .float: search(Float.self, run, x, view, y)
        case .double: search(Double.self, run, x, view, y)
        case .signed: search(Int64.self, run, x, view, y)
        case .unsigned: search(UInt64.self, run, x, view, y)
        case nil: throw node.unsupported("it does not order \(x.dataType)")
        }
    }

    private func search<T: ComputeElement>(_ type: T.Type, _ run: NodeRun, _ x: Tensor, _ view: AxisView, _ y: Tensor) {
        let source = run.computed(x, as: type)
        switch (findsLargest, takesLast) {
        case (true, false): scan(run, source, view, y) { $0 > $1 }
        case (true, true): scan(run, source, view, y) { $0 >= $1 }
        case (false, false): scan(run, source, view, y) { $0 < $1 }
        case (false, true): scan(run, source, view, y) { $0 <= $1 }
        }
    }

    @inline(__always)
    private func scan<T: ComputeElement>(
        _ run: NodeRun, _ x: UnsafePointer<T>, _ view: AxisView, _ y: Tensor, _ beats: (T, T) -> Bool
    ) {
        let columnsPerPiece = 256
        let piecesPerBlock = (view.inner + columnsPerPiece - 1) / columnsPerPiece
        run.parallel(view.outer * piecesPerBlock, costPerPiece: 2 * view.length * min(view.inner, columnsPerPiece)) { range in
            let y = y.mutablePointer(as: Int64.self)
            withUnsafeTemporaryAllocation(of: T.self, capacity: columnsPerPiece) { best in
                guard let best = best.baseAddress else { return }
                for piece in range {
                    let outer = piece / piecesPerBlock
                    let first = piece % piecesPerBlock * columnsPerPiece
                    let columns = min(columnsPerPiece, view.inner - first)
                    let source = x + outer * view.length * view.inner + first
                    let target = y + outer * view.inner + first
                    for column in 0..<columns {
                        best[column] = source[column]
                        target[column] = 0
                    }
                    for layer in 1..<max(view.length, 1) {
                        let from = source + layer * view.inner
                        for column in 0..<columns where beats(from[column], best[column]) {
                            best[column] = from[column]
                            target[column] = Int64(layer)
                        }
                    }
                }
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        guard case .axis(let row) = inputs[0] else { return [inputs[0]] }
        guard let rank = facts[0]?.rank, let axis = try? node.normalizedAxis(axis, rank: rank) else {
            return [.mixed("the rank of its input is unknown")]
        }
        if axis == row { return [.mixed("it searches along the rows")] }
        return [.axis(keepsDims || row < axis ? row : row - 1)]
    }

    static let all: [OperatorEntry] = [
        OperatorEntry("ArgMax") { node throws(EngineError) in try ArgReduction(node, findsLargest: true) },
        OperatorEntry("ArgMin") { node throws(EngineError) in try ArgReduction(node, findsLargest: false) },
    ]
}
