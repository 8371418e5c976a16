internal import Glibc
internal import Tensors

/// Puts tensors one behind the other: `axis: -1`, in the order of the input names.
struct ConcatStep: BuiltinStep {
    static let name = "concat"
    static let inputNames: [String]? = nil
    let axis: Int

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) { axis = try options.axis("axis", otherwise: -1) }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        var result = inputs[0]
        let place = try result.place(of: axis)
        for other in inputs.dropFirst() {
            guard let place, var dims = result.dims, let others = other.dims else {
                guard result.dataType == other.dataType else { throw differ(result, other) }
                result.dims = nil
                continue
            }
            guard others.count == dims.count else { throw differ(result, other) }
            var like = other
            like.dims?[place] = -1
            var rest = result
            rest.dims?[place] = -1
            guard rest.fits(like) else { throw differ(result, other) }
            dims = rest.narrowed(by: like).dims ?? dims
            dims[place] = (result.dims?[place] ?? -1) < 0 || others[place] < 0 ? -1 : (result.dims?[place] ?? 0) + others[place]
            result.dims = dims
        }
        return [result]
    }

    private func differ(_ left: TensorFacts, _ right: TensorFacts) -> ServingError {
        ServingError(.invalidArgument, "it joins \(left) and \(right) along axis \(axis), which do not fit")
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let first = inputs[0]
        let view = try AxisView(first.shape, axis: axis)
        var extent = 0
        for tensor in inputs {
            guard tensor.shape.rank == first.shape.rank,
                AxisView.replacing(tensor.shape.dims, view.axis, with: 0) == AxisView.replacing(first.shape.dims, view.axis, with: 0)
            else {
                throw ServingError(
                    .invalidArgument, "tensors of shapes \(first.shape) and \(tensor.shape) cannot be joined along axis \(axis)")
            }
            extent += tensor.shape[view.axis]
        }
        guard let shape = Shape(checking: AxisView.replacing(first.shape.dims, view.axis, with: extent)) else {
            throw ServingError(.resourceExhausted, "the joined tensor is too large")
        }
        if first.dataType == .string {
            let parts = inputs.map { ($0.strings, $0.shape[view.axis] * view.inner) }
            var strings: [ByteString] = []
            strings.reserveCapacity(shape.count)
            for outer in 0..<view.outer { for (part, width) in parts { strings += part[outer * width..<(outer + 1) * width] } }
            return [Tensor(strings: strings, shape: shape)]
        }
        let result = Tensor(dataType: first.dataType, shape: shape)
        var target = result.mutableBytes
        for outer in 0..<view.outer {
            for tensor in inputs {
                let width = tensor.shape[view.axis] * view.inner * tensor.dataType.byteWidth
                memcpy(target, tensor.bytes + outer * width, width)
                target += width
            }
        }
        return [result]
    }
}
