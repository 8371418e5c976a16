internal import Glibc
internal import Tensors

/// A range along an axis: `axis: -1, start: 0, end: 4`; negative places count from the end.
struct SliceStep: BuiltinStep {
    static let name = "slice"
    let axis: Int
    let start: Int
    let end: Int?

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        axis = try options.axis("axis", otherwise: -1)
        start = try options.int("start", in: -(1 << 40)...(1 << 40)) ?? 0
        end = try options.int("end", in: -(1 << 40)...(1 << 40))
    }

    private func range(_ extent: Int) -> Range<Int> {
        let from = min(max(0, start < 0 ? start + extent : start), extent)
        let to = end.map { min(max(0, $0 < 0 ? $0 + extent : $0), extent) } ?? extent
        return from..<max(from, to)
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        let extent = try inputs[0].place(of: axis).flatMap { inputs[0].dims?[$0] } ?? -1
        return [try inputs[0].replacing(axis, with: extent < 0 ? -1 : range(extent).count)]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let view = try AxisView(inputs[0].shape, axis: axis)
        return [try inputs[0].taking(Array(range(view.extent)), along: view)]
    }
}

/// Places along an axis, in a given order: `axis: -1, indices: [3, 0]`; one place with `drop: true` loses the axis.
struct SelectStep: BuiltinStep {
    static let name = "select"
    let axis: Int
    let indices: [Int]
    let drops: Bool

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        axis = try options.axis("axis", otherwise: -1)
        guard let indices = try options.ints("indices", in: -(1 << 40)...(1 << 40)), !indices.isEmpty else {
            throw options.fault("indices", "a list of places")
        }
        self.indices = indices
        drops = try options.flag("drop") ?? false
        guard !drops || indices.count == 1 else { throw options.fault("drop", "left out when there are several indices") }
    }

    private func places(_ extent: Int) throws(ServingError) -> [Int] {
        var places: [Int] = []
        for index in indices {
            let place = index < 0 ? index + extent : index
            guard place >= 0, place < extent else { throw ServingError(.invalidArgument, "place \(index) is outside an axis of \(extent)") }
            places.append(place)
        }
        return places
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        if let place = try inputs[0].place(of: axis), let extent = inputs[0].dims?[place], extent >= 0 { _ = try places(extent) }
        return [try inputs[0].replacing(axis, with: drops ? nil : indices.count)]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let view = try AxisView(inputs[0].shape, axis: axis)
        let taken = try inputs[0].taking(try places(view.extent), along: view)
        guard drops, let shape = Shape(checking: AxisView.replacing(taken.shape.dims, view.axis, with: nil)) else { return [taken] }
        return [taken.reshaped(to: shape)]
    }
}

extension Tensor {
    /// The elements at some places along an axis. The places are within it.
    func taking(_ places: [Int], along view: AxisView) throws(ServingError) -> Tensor {
        guard let shape = Shape(checking: AxisView.replacing(self.shape.dims, view.axis, with: places.count)) else {
            throw ServingError(.resourceExhausted, "the tensor would be too large")
        }
        if dataType == .string {
            let all = strings
            var taken: [ByteString] = []
            taken.reserveCapacity(shape.count)
            for outer in 0..<view.outer {
                for place in places {
                    let start = (outer * view.extent + place) * view.inner
                    taken += all[start..<start + view.inner]
                }
            }
            return Tensor(strings: taken, shape: shape)
        }
        let result = Tensor(dataType: dataType, shape: shape)
        let width = view.inner * dataType.byteWidth
        var target = result.mutableBytes
        for outer in 0..<view.outer {
            for place in places {
                memcpy(target, bytes + (outer * view.extent + place) * width, width)
                target += width
            }
        }
        return result
    }
}
