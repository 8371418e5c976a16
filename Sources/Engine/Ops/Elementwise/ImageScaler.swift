internal import Tensors

/// Scales an image [N, C, …] and adds a bias to each channel, which only the first operator sets had.
struct ImageScaler: Operation {
    let node: Node
    let scale: Float
    let bias: [Float]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: .reals)
        if let dims = x.dims {
            guard dims.count >= 2 else { throw node.malformed("its input must have channels, has \(dims.count) axes") }
            try node.checkExtent(dims[1], .known(bias.count), "the number of channels")
        }
        return [Fact(type: x.type, dims: x.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        let view = AxisView(x.shape, axis: 1)
        guard view.length == bias.count else {
            throw EngineError(.invalidInput, "\(bias.count) biases for \(view.length) channels", place: node.place)
        }
        let y = run.output(0)
        let source = run.computed(x, as: Double.self)
        let target = run.destination(for: y, as: Double.self)
        for index in 0..<y.count {
            target[index] = source[index] * Double(scale) + Double(bias[index / view.inner % view.length])
        }
        run.finish(y, from: target)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        [RowAxis.apart(from: 1, inputs[0], "its channels have biases of their own")]
    }

    static let all: [OperatorEntry] = [
        OperatorEntry("ImageScaler") { node throws(EngineError) in
            ImageScaler(node: node, scale: try node.float("scale", default: 1), bias: try node.required("bias", node.floats("bias")))
        }
    ]
}
