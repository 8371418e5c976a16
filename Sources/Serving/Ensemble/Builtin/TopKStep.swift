internal import Tensors

/// The place of the largest element along an axis, the first of equals: `axis: -1`, `keep: false`.
struct ArgmaxStep: BuiltinStep {
    static let name = "argmax"
    let axis: Int
    let keeps: Bool

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        axis = try options.axis("axis", otherwise: -1)
        keeps = try options.flag("keep") ?? false
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        try inputs[0].requireNumber()
        return [try inputs[0].replacing(axis, with: keeps ? 1 : nil, dataType: .int64)]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let x = inputs[0]
        let view = try AxisView(x.shape, axis: axis)
        guard view.extent > 0 else {
            throw ServingError(.invalidArgument, "a tensor of shape \(x.shape) has no largest element along axis \(axis)")
        }
        let shape = Shape(AxisView.replacing(x.shape.dims, view.axis, with: keeps ? 1 : nil))
        return [
            Tensor(.int64, shape) { place in
                let start = place / view.inner * view.extent * view.inner + place % view.inner
                var best = 0
                for index in 1..<max(1, view.extent) where x.number(start + index * view.inner) > x.number(start + best * view.inner) {
                    best = index
                }
                return Double(best)
            }
        ]
    }
}

/// The `k` largest elements along the last axis, the largest first and the first of equals before the others: outputs `values`, `indices` and, with
/// `labels: [...]`, `labels`.
struct TopKStep: BuiltinStep {
    static let name = "top_k"
    let count: Int
    let labels: [ByteString]

    var outputNames: [String] { labels.isEmpty ? ["values", "indices"] : ["values", "indices", "labels"] }

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        guard let count = try options.int("k", in: 1...(1 << 20)) else { throw options.fault("k", "given") }
        self.count = count
        labels = (try options.texts("labels") ?? []).map { ByteString($0) }
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        try inputs[0].requireNumber()
        if let extent = inputs[0].dims?.last, extent >= 0 {
            guard extent >= count else {
                throw ServingError(.invalidArgument, "it is \(inputs[0]), of which there are no \(count) largest")
            }
            guard labels.isEmpty || labels.count == extent else {
                throw ServingError(.invalidArgument, "it is \(inputs[0]), but there are \(labels.count) labels")
            }
        }
        let values = try inputs[0].replacing(-1, with: count)
        return [values, TensorFacts(.int64, values.dims)] + (labels.isEmpty ? [] : [TensorFacts(.string, values.dims)])
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let x = inputs[0]
        let view = try AxisView(x.shape, axis: -1)
        guard view.extent >= count, labels.isEmpty || labels.count == view.extent else {
            throw ServingError(.invalidArgument, "a tensor of shape \(x.shape) does not fit \(count) largest of \(labels.count) labels")
        }
        var indices: [Int64] = []
        for outer in 0..<view.outer {
            let start = outer * view.extent
            // NaN goes last, so that the order is one.
            let order = (0..<view.extent).sorted { left, right in
                let (one, other) = (x.number(start + left), x.number(start + right))
                if one.isNaN || other.isNaN { return one.isNaN == other.isNaN ? left < right : other.isNaN }
                return one == other ? left < right : one > other
            }
            indices += order.prefix(count).map { Int64($0) }
        }
        let shape = Shape(AxisView.replacing(x.shape.dims, view.axis, with: count))
        let values = Tensor(x.dataType, shape) { x.number($0 / count * view.extent + Int(indices[$0])) }
        var results = [values, Tensor(indices, dataType: .int64, shape: shape)]
        if !labels.isEmpty { results.append(Tensor(strings: indices.map { labels[Int($0)] }, shape: shape)) }
        return results
    }
}
