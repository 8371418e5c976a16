internal import Tensors

/// An operator that folds a tensor along some of its axes.
struct ReduceOperation: Operation {
    enum Kind: Sendable, Hashable {
        case sum, mean, maximum, minimum, product, magnitudes, euclidean, squares, logSum, logSumExp
    }

    let node: Node
    let kind: Kind
    let axes: ReductionAxes

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let isOrder = kind == .maximum || kind == .minimum
        let x = try node.operand(inputs, 0, of: isOrder ? .numbersAndBool : .numbers)
        return [Fact(type: x.type, dims: try axes.dims(inputs))]
    }

    func prepare(_ inputs: [Fact?]) throws(EngineError) -> (any Operation)? {
        try axes.resolved(inputs).map { ReduceOperation(node: node, kind: kind, axes: $0) }
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        let y = try run.target(0, of: self)
        let layout = ReductionLayout(x.shape, reduced: try axes.mask(run))
        if y.count == 0 { return }
        if layout.reducedCount == 0, kind == .maximum || kind == .minimum { return fillWithLimit(y) }
        switch x.dataType.computeKind {
        case .float: reals(Float.self, run, x, layout, y)
        case .double: reals(Double.self, run, x, layout, y)
        case .signed: integers(Int64.self, run, x, layout, y)
        case .unsigned: integers(UInt64.self, run, x, layout, y)
        case nil: throw node.unsupported("it does not reduce \(x.dataType)")
        }
    }

    private func reals<R: RealElement & SIMDScalar>(_ type: R.Type, _ run: NodeRun, _ x: Tensor, _ layout: ReductionLayout, _ y: Tensor) {
        let source = run.computed(x, as: type)
        let target = run.destination(for: y, as: type)
        switch kind {
        case .sum, .mean, .logSum: RealSum<R>.reduce(run, source, layout, into: target)
        case .magnitudes: RealMagnitudeSum<R>.reduce(run, source, layout, into: target)
        case .squares, .euclidean: RealSquareSum<R>.reduce(run, source, layout, into: target)
        case .product: RealProduct<R>.reduce(run, source, layout, into: target)
        case .maximum: RealMaximum<R>.reduce(run, source, layout, into: target)
        case .minimum: RealMinimum<R>.reduce(run, source, layout, into: target)
        case .logSumExp: LogSumExp.reduce(run, source, x.count, layout, into: target, y.count)
        }
        let count = R(layout.reducedCount)
        switch kind {
        case .mean: for index in 0..<y.count { target[index] /= count }
        case .euclidean: for index in 0..<y.count { target[index] = target[index].squareRoot() }
        case .logSum: for index in 0..<y.count { target[index] = R.log(target[index]) }
        default: break
        }
        run.finish(y, from: target)
    }

    private func integers<I: WideInteger>(_ type: I.Type, _ run: NodeRun, _ x: Tensor, _ layout: ReductionLayout, _ y: Tensor) {
        let source = run.computed(x, as: type)
        if kind == .logSumExp {
            // The one integer reduction that leaves the integers on the way.
            let wide = Tensor(dataType: .float64, shape: x.shape)
            ElementConversion.standard.convert(source, I.storage, to: wide.mutableBytes, .float64, count: x.count)
            return reals(Double.self, run, wide, layout, y)
        }
        let target = run.destination(for: y, as: type)
        switch kind {
        case .sum, .mean, .logSum, .logSumExp: IntegerSum<I>.reduce(run, source, layout, into: target)
        case .magnitudes: IntegerMagnitudeSum<I>.reduce(run, source, layout, into: target)
        case .squares, .euclidean: IntegerSquareSum<I>.reduce(run, source, layout, into: target)
        case .product: IntegerProduct<I>.reduce(run, source, layout, into: target)
        case .maximum: IntegerMaximum<I>.reduce(run, source, layout, into: target)
        case .minimum: IntegerMinimum<I>.reduce(run, source, layout, into: target)
        }
        let count = I(layout.reducedCount)
        switch kind {
        case .mean: for index in 0..<y.count { target[index] = count == 0 ? 0 : target[index] / count }
        case .euclidean: throughDouble(target, y.count) { $0.squareRoot() }
        case .logSum: throughDouble(target, y.count) { Double.log($0) }
        default: break
        }
        run.finish(y, from: target)
    }

    private func throughDouble<I: WideInteger>(_ target: UnsafeMutablePointer<I>, _ count: Int, _ function: (Double) -> Double) {
        for index in 0..<count { target[index] = I(truncatingIfNeeded: function(Double(target[index])).truncatedInt64) }
    }

    /// The largest of nothing is the lowest value there is, and the other way round.
    private func fillWithLimit(_ y: Tensor) {
        let isLowest = kind == .maximum
        let width = y.dataType.byteWidth
        let conversion = ElementConversion.standard
        for index in 0..<y.count {
            let place = y.mutableBytes + index * width
            switch y.dataType.computeKind {
            case .signed:
                let bits = Int64(y.dataType.bitWidth)
                var limit = Int64.min >> (64 - bits)
                if !isLowest { limit = ~limit }
                conversion.convert(&limit, .int64, to: place, y.dataType, count: 1)
            case .unsigned:
                var limit: UInt64 = isLowest ? 0 : .max
                conversion.convert(&limit, .uint64, to: place, y.dataType, count: 1)
            default:
                var limit: Float = isLowest ? -.infinity : .infinity
                conversion.convert(&limit, .float32, to: place, y.dataType, count: 1)
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if inputs.count > 1, inputs[1] != .absent { return [.mixed("which axes it reduces depends on the rows")] }
        return [axes.rows(inputs[0], facts: facts)]
    }

    static let all: [OperatorEntry] = [
        entry("ReduceSum", .sum, inputSince: 13), entry("ReduceMean", .mean), entry("ReduceMax", .maximum),
        entry("ReduceMin", .minimum), entry("ReduceProd", .product), entry("ReduceL1", .magnitudes),
        entry("ReduceL2", .euclidean), entry("ReduceSumSquare", .squares), entry("ReduceLogSum", .logSum),
        entry("ReduceLogSumExp", .logSumExp),
    ]

    private static func entry(_ name: String, _ kind: Kind, inputSince: Int = 18) -> OperatorEntry {
        OperatorEntry(name) { node throws(EngineError) in
            ReduceOperation(node: node, kind: kind, axes: try ReductionAxes(node, inputSince: inputSince))
        }
    }
}
