internal import Tensors

/// A bias and a skip connection added to a tensor.
struct BiasAdd: Operation {
    let node: Node

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: .reals)
        let bias = try node.operand(inputs, 1, like: x)
        let skip = try node.operand(inputs, 2, like: x)
        return [Fact(type: x.type, dims: try Dim.broadcast([x.dims, bias.dims, skip.dims], node: node))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (x, bias, skip) = (run.tensor(0), run.tensor(1), run.tensor(2))
        let y = run.output(0)
        try Addition().run(run, x, as: x.shape, bias, as: bias.shape, into: y, node: node)
        try Addition().run(run, y, as: y.shape, skip, as: skip.shape, into: y, node: node)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [RowAxis.broadcast(inputs, facts: facts)] }
    var overwritableInputs: [Int] { [0] }

    static let all: [OperatorEntry] = [OperatorEntry("BiasAdd", domain: "com.microsoft") { node in BiasAdd(node: node) }]
}

/// Half of a biased tensor times the ``Gelu`` of the other half.
struct BiasSplitGelu: Operation {
    let node: Node

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: .reals)
        let bias = try node.operand(inputs, 1, like: x)
        guard var dims = x.dims else { return [Fact(type: x.type)] }
        guard let last = dims.last else { throw node.malformed("its input has no axis to split") }
        if let width = last.value {
            guard width % 2 == 0 else { throw node.malformed("its input has \(width) columns, which cannot be halved") }
            if let shape = bias.shape, shape.count != width {
                throw node.malformed("a bias of shape \(shape) does not fit \(width) columns")
            }
            dims[dims.count - 1] = .known(width / 2)
        } else {
            dims[dims.count - 1] = .unknown
        }
        return [Fact(type: x.type, dims: dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (x, bias) = (run.tensor(0), run.tensor(1))
        let y = run.output(0)
        let half = y.shape.rank > 0 ? y.shape[y.shape.rank - 1] : 0
        guard y.count > 0, half > 0 else { return }
        guard bias.count == 2 * half else {
            throw EngineError(.invalidInput, "a bias of shape \(bias.shape) does not fit \(2 * half) columns", place: node.place)
        }
        let buffer = run.scratch(byteCount: 2 * half * MemoryLayout<Float>.stride * 2).assumingMemoryBound(to: Float.self)
        let added = buffer + 2 * half
        let conversion = ElementConversion.standard
        conversion.convert(bias.bytes, bias.dataType, to: added, .float32, count: 2 * half)
        for row in 0..<y.count / half {
            conversion.convert(
                x.bytes + row * 2 * half * x.dataType.byteWidth, x.dataType, to: buffer, .float32, count: 2 * half)
            for index in 0..<2 * half { buffer[index] += added[index] }
            let gate = buffer + half
            Gelu().apply(gate, gate, count: half)
            for index in 0..<half { buffer[index] *= gate[index] }
            conversion.convert(buffer, .float32, to: y.mutableBytes + row * half * y.dataType.byteWidth, y.dataType, count: half)
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        let result = RowAxis.broadcast(inputs, facts: facts)
        if case .axis(let axis) = result, let rank = facts[0]?.rank, axis == rank - 1 { return [.mixed("it splits the rows' axis")] }
        return [result]
    }

    static let all: [OperatorEntry] = [
        OperatorEntry("BiasSplitGelu", domain: "com.microsoft") { node in BiasSplitGelu(node: node) }
    ]
}
