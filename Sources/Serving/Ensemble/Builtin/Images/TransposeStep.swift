internal import Glibc
internal import Tensors

/// The axes in another order: `order: [0, 3, 1, 2]` makes pictures of pixels into pictures of planes.
struct TransposeStep: BuiltinStep {
    static let name = "transpose"
    let order: [Int]

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        guard let order = try options.ints("order", in: 0...31), order.sorted() == Array(order.indices) else {
            throw options.fault("order", "every axis once, such as [0, 3, 1, 2]")
        }
        self.order = order
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        guard let dims = inputs[0].dims else { return [TensorFacts(inputs[0].dataType, order.map { _ in -1 })] }
        guard dims.count == order.count else {
            throw ServingError(.invalidArgument, "it is \(inputs[0]), and the step orders \(order.count) axes")
        }
        return [TensorFacts(inputs[0].dataType, order.map { dims[$0] })]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let x = inputs[0]
        guard x.shape.rank == order.count else {
            throw ServingError(.invalidArgument, "a tensor of shape \(x.shape) has not \(order.count) axes")
        }
        let shape = Shape(order.map { x.shape[$0] })
        var strides = [Int](repeating: 1, count: order.count)
        for axis in stride(from: order.count - 2, through: 0, by: -1) { strides[axis] = strides[axis + 1] * x.shape[axis + 1] }
        let steps = order.map { strides[$0] }
        if x.dataType == .string {
            let strings = x.strings
            var moved: [ByteString] = []
            moved.reserveCapacity(x.count)
            Self.visit(shape, steps) { moved.append(strings[$0]) }
            return [Tensor(strings: moved, shape: shape)]
        }
        let result = Tensor(dataType: x.dataType, shape: shape)
        switch x.dataType.byteWidth {
        case 1: Self.move(x, result, steps, UInt8.self)
        case 2: Self.move(x, result, steps, UInt16.self)
        case 4: Self.move(x, result, steps, UInt32.self)
        default: Self.move(x, result, steps, UInt64.self)
        }
        return [result]
    }

    private static func move<Element: BitwiseCopyable>(_ x: Tensor, _ result: Tensor, _ steps: [Int], _ type: Element.Type) {
        let source = x.pointer(as: type)
        let target = result.mutablePointer(as: type)
        var place = 0
        visit(result.shape, steps) { offset in
            target[place] = source[offset]
            place += 1
        }
    }

    /// Calls `body` with the place in the source of every element of the result, in the result's order.
    @inline(__always)
    private static func visit(_ shape: Shape, _ steps: [Int], _ body: (Int) -> Void) {
        guard shape.count > 0 else { return }
        let rank = shape.rank
        guard rank > 0 else { return body(0) }
        let (extent, step) = (shape[rank - 1], steps[rank - 1])
        var index = [Int](repeating: 0, count: rank)
        var start = 0
        while true {
            for place in 0..<extent { body(start + place * step) }
            var axis = rank - 2
            while axis >= 0 {
                index[axis] += 1
                start += steps[axis]
                if index[axis] < shape[axis] { break }
                start -= steps[axis] * shape[axis]
                index[axis] = 0
                axis -= 1
            }
            if axis < 0 { return }
        }
    }
}
