internal import Tensors

/// Einstein summation over any number of operands, contracted from left to right as batched matrix products.
struct Einsum: Operation {
    let node: Node
    let equation: EinsumEquation

    static let entries: [OperatorEntry] = [
        OperatorEntry("Einsum") { node throws(EngineError) in
            let text = try node.required("equation", try node.string("equation"))
            return Einsum(node: node, equation: try EinsumEquation(text, node))
        }
    ]

    /// Elements that a product between two operands may have beyond the largest operand or result.
    static let largestIntermediate = 1 << 28

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let first = try node.tensorFact(inputs, 0, "Inputs", .arithmetic)
        var shapes: [[Dim]] = []
        for index in inputs.indices {
            let fact = try node.tensorFact(inputs, index, "Inputs")
            try node.checkSameType(fact, first.dataType, "Inputs")
            guard let dims = fact.dims else { return [Fact(type: first.type)] }
            shapes.append(dims)
        }
        let labels = try equation.labels(node, ranks: shapes.map(\.count))
        var extents: [Int: Dim] = [:]
        for (term, dims) in zip(labels.inputs, shapes) {
            for (label, dim) in zip(term, dims) {
                guard let known = extents[label], known != 1 else {
                    extents[label] = dim
                    continue
                }
                if dim == 1 || dim == known { continue }
                if let a = known.value, let b = dim.value {
                    throw node.malformed("one index of the equation has extents \(a) and \(b)")
                }
                if known.value == nil { extents[label] = dim.value == nil ? .unknown : dim }
            }
        }
        return [try node.outputFact(first.dataType ?? .float32, labels.output.map { extents[$0] ?? 1 })]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        switch run.tensor(0).dataType {
        case .float64: try contract(run, Double.self)
        case .float32, .float16, .bfloat16: try contract(run, Float.self)
        default: try contract(run, Int64.self)
        }
    }

    private func contract<T: ComputeType>(_ run: NodeRun, _ type: T.Type) throws(EngineError) {
        let tensors = (0..<run.inputCount).map { run.tensor($0) }
        let labels = try equation.labels(node, ranks: tensors.map(\.shape.rank))
        var extents: [Int: Int] = [:]
        for (term, tensor) in zip(labels.inputs, tensors) {
            for (label, dim) in zip(term, tensor.shape.dims) where (extents[label] ?? 1) == 1 { extents[label] = dim }
        }
        let views = zip(labels.inputs, tensors).map { term, tensor in
            LabelledView(labels: term, dims: tensor.shape.dims, elements: run.elements(tensor, as: T.self)).simplified(extents)
        }
        let output = run.destination(0, as: T.self)
        var bound = max(Self.largestIntermediate, output.tensor.count)
        for tensor in tensors { bound = max(bound, tensor.count) }
        var result = views[0]
        for next in views.indices.dropFirst() {
            let needed = Set(labels.output).union(views[(next + 1)...].flatMap(\.labels))
            result = try multiply(run, result, views[next], needed, extents, bound)
        }
        result = sumOut(run, result, keeping: Set(labels.output), extents)
        var target = output.elements
        result.forEach(labels.output, extents: extents) { offset in
            target.pointee = result.elements[offset]
            target += 1
        }
        output.finish()
    }

    /// The product of two operands, summed over every label that nothing needs any more.
    private func multiply<T: ComputeType>(
        _ run: NodeRun, _ a: LabelledView<T>, _ b: LabelledView<T>, _ needed: Set<Int>, _ extents: [Int: Int], _ bound: Int
    ) throws(EngineError) -> LabelledView<T> {
        let left = sumOut(run, a, keeping: needed.union(b.labels), extents)
        let right = sumOut(run, b, keeping: needed.union(a.labels), extents)
        let shared = left.labels.filter { right.labels.contains($0) }
        let batch = shared.filter { needed.contains($0) }
        let inner = shared.filter { !needed.contains($0) }
        let rows = left.labels.filter { !shared.contains($0) }
        let columns = right.labels.filter { !shared.contains($0) }
        func count(_ labels: [Int]) -> Int { labels.reduce(1) { $0 * (extents[$1] ?? 1) } }
        let all = batch + rows + columns
        let dims = all.map { extents[$0] ?? 1 }
        guard let shape = Shape(checking: dims), shape.count <= bound else {
            throw EngineError(.resourceExhausted, "a product inside the equation has more than \(bound) elements", place: node.place)
        }
        let (batches, m, n, k) = (count(batch), count(rows), count(columns), count(inner))
        let lefts = gather(run, left, batch + rows + inner, extents)
        let rights = gather(run, right, batch + inner + columns, extents)
        let products = run.scratch(T.self, count: shape.count)
        if batches > 0 {
            MatMulPlan([batches, m, k], [batches, k, n], OperandLayout(), OperandLayout())
                .run(run, lefts, .elements(rights), products)
        }
        return LabelledView(labels: all, dims: dims, elements: UnsafePointer(products))
    }

    private func sumOut<T: ComputeType>(
        _ run: NodeRun, _ view: LabelledView<T>, keeping kept: Set<Int>, _ extents: [Int: Int]
    ) -> LabelledView<T> {
        let remaining = view.labels.filter { kept.contains($0) }
        if remaining.count == view.labels.count { return view }
        let gone = view.labels.filter { !kept.contains($0) }
        let dims = remaining.map { extents[$0] ?? 1 }
        let (count, inner) = (dims.reduce(1, *), gone.reduce(1) { $0 * (extents[$1] ?? 1) })
        let elements = gather(run, view, remaining + gone, extents)
        let sums = run.scratch(T.self, count: count)
        // A sum is a product with ones; so integers wrap, and elements add up in order, as in any other product.
        let ones = run.scratch(T.self, count: max(inner, 1))
        let one: [Int64] = [1]
        one.withUnsafeBytes { T.load($0.baseAddress!, .int64, count: 1, into: ones) }
        for i in 0..<inner { ones[i] = ones[0] }
        T.multiply(MatrixMultiply(m: count, n: 1, k: inner), elements, UnsafePointer(ones), sums)
        return LabelledView(labels: remaining, dims: dims, elements: UnsafePointer(sums))
    }

    private func gather<T: ComputeType>(
        _ run: NodeRun, _ view: LabelledView<T>, _ order: [Int], _ extents: [Int: Int]
    ) -> UnsafePointer<T> {
        let direct = LabelledView(labels: order, dims: order.map { extents[$0] ?? 1 }, elements: view.elements)
        if order.allSatisfy({ view.axis($0) == direct.axis($0) }), view.labels.count == order.count { return view.elements }
        let copy = run.scratch(T.self, count: direct.dims.reduce(1, *))
        var target = copy
        view.forEach(order, extents: extents) { offset in
            target.pointee = view.elements[offset]
            target += 1
        }
        return UnsafePointer(copy)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        let ranks = facts.compactMap { $0?.rank }
        guard ranks.count == facts.count, let labels = try? equation.labels(node, ranks: ranks) else {
            return [.mixed("the ranks of its operands are unknown")]
        }
        var label: Int?
        for (index, input) in inputs.enumerated() {
            switch input {
            case .absent: continue
            case .mixed: return [input]
            case .axis(let axis):
                let here = labels.inputs[index][axis]
                guard label == nil || label == here else { return [.mixed("it combines different rows")] }
                label = here
            }
        }
        guard let label else { return [.absent] }
        for (index, input) in inputs.enumerated() {
            // The rows' index may stand elsewhere only where it broadcasts, and only once in each operand.
            let places = labels.inputs[index].indices.filter { labels.inputs[index][$0] == label }
            if input == .absent ? places.contains(where: { facts[index]?.dim($0) != 1 }) : places.count > 1 {
                return [.mixed("an operand differs from row to row")]
            }
        }
        guard let position = labels.output.firstIndex(of: label) else { return [.mixed("it sums over the rows")] }
        return [.axis(position)]
    }
}
