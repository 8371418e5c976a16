internal import Tensors

/// Softmax and LogSoftmax, over one axis, or (before version 13) over all axes from one on.
struct Softmax: Operation {
    let node: Node
    let axis: Int
    let isLogarithmic: Bool
    /// The axes from `axis` on are normalised together.
    let flattens: Bool

    static let entries: [OperatorEntry] = ["Softmax", "LogSoftmax"].flatMap { name in
        [
            OperatorEntry(name, versions: 1...12) { node throws(EngineError) in
                Softmax(node: node, axis: try node.int("axis", default: 1), isLogarithmic: name == "LogSoftmax", flattens: true)
            },
            OperatorEntry(name, versions: 13...Int.max) { node throws(EngineError) in
                Softmax(node: node, axis: try node.int("axis", default: -1), isLogarithmic: name == "LogSoftmax", flattens: false)
            },
        ]
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "input", .floating)
        if let rank = x.rank { _ = try position(rank) }
        return [try node.outputFact(x.dataType ?? .float32, x.dims)]
    }

    private func position(_ rank: Int) throws(EngineError) -> Int {
        // Flattening may split after the last axis, and a scalar is its own only axis.
        if rank == 0 || flattens && axis == rank { return rank }
        return try node.normalizedAxis(axis, rank: rank)
    }

    var overwritableInputs: [Int] { [0] }

    func run(_ run: NodeRun) throws(EngineError) {
        let shape = run.tensor(0).shape
        let axis = try position(shape.rank)
        let extent = flattens || axis == shape.rank ? shape.count(in: axis..<shape.rank) : shape[axis]
        let inner = flattens || axis == shape.rank ? 1 : shape.count(in: axis + 1..<shape.rank)
        switch run.tensor(0).dataType {
        case .float64: normalize(run, extent, inner, Double.self)
        case .bfloat16 where !isLogarithmic: normalizeInSteps(run, extent, inner, roundsPartialSums: true) { BFloat16.round($0) }
        case .float16 where !isLogarithmic: normalizeInSteps(run, extent, inner, roundsPartialSums: false) { Float(Float16($0)) }
        default: normalize(run, extent, inner, Float.self)
        }
    }

    private func normalize<T: SoftmaxElement>(_ run: NodeRun, _ extent: Int, _ inner: Int, _ type: T.Type) {
        let x = run.elements(run.tensor(0), as: T.self)
        let output = run.destination(0, as: T.self)
        let slice = extent * inner
        if slice > 0 {
            run.parallel(output.tensor.count / slice, costPerPiece: 16 &* slice) { slices in
                for index in slices {
                    if inner == 1 {
                        T.softmax(x + index * slice, extent, output.elements + index * slice, isLogarithmic: isLogarithmic)
                    } else {
                        across(x + index * slice, extent, inner, output.elements + index * slice)
                    }
                }
            }
        }
        output.finish()
    }

    /// With every step rounded to the elements' own type, as the standard spells the operator out.
    private func normalizeInSteps(_ run: NodeRun, _ extent: Int, _ inner: Int, roundsPartialSums: Bool, round: (Float) -> Float) {
        let x = run.elements(run.tensor(0), as: Float.self)
        let output = run.destination(0, as: Float.self)
        for line in 0..<(extent == 0 ? 0 : output.tensor.count / extent) {
            let start = line / inner * extent * inner + line % inner
            SteppedSoftmax.run(x + start, output.elements + start, count: extent, stride: inner, roundsPartialSums: roundsPartialSums, round: round)
        }
        output.finish()
    }

    /// Lines along an axis that is not the last, gathered, normalised and put back.
    private func across<T: SoftmaxElement>(_ x: UnsafePointer<T>, _ extent: Int, _ inner: Int, _ y: UnsafeMutablePointer<T>) {
        LaneScratch.with(T.self, count: extent) { line in
            for column in 0..<inner {
                for i in 0..<extent { line[i] = x[i * inner + column] }
                T.softmax(UnsafePointer(line), extent, line, isLogarithmic: isLogarithmic)
                for i in 0..<extent { y[i * inner + column] = line[i] }
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        guard case .axis(let row) = inputs[0] else { return [inputs[0]] }
        guard let rank = facts[0]?.rank, let axis = try? position(rank) else { return [.mixed("its rank is unknown")] }
        let isMixed = flattens ? row >= axis : row == axis
        return [isMixed ? .mixed("it normalises over the rows") : .axis(row)]
    }
}
