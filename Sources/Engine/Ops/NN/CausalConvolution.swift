internal import Tensors

/// CausalConvWithState: a depthwise convolution over the past, which it hands on.
struct CausalConvolution: Operation {
    let node: Node
    let hasActivation: Bool

    static let entries: [OperatorEntry] = [
        OperatorEntry("CausalConvWithState", versions: 27...Int.max) { node throws(EngineError) in
            switch try node.string("activation", default: "none") {
            case "none": CausalConvolution(node: node, hasActivation: false)
            case "silu", "swish": CausalConvolution(node: node, hasActivation: true)
            case let other: throw node.malformed("attribute 'activation' is '\(other)'")
            }
        }
    ]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "input", .floating)
        let w = try node.tensorFact(inputs, 1, "weight", .floating)
        let bias = try node.optionalTensorFact(inputs, 2, "bias", .floating)
        let past = try node.optionalTensorFact(inputs, 3, "past_state", .floating)
        try node.checkRank(x, "input", 3)
        try node.checkDims(w, [x.dim(1), 1, w.dim(2)], "weight")
        try node.checkDims(bias, [x.dim(1)], "bias")
        var kept = Dim.unknown
        if let kernel = w.dim(2).value {
            guard kernel >= 1 else { throw node.malformed("the kernel is empty") }
            kept = .known(kernel - 1)
        }
        let state = [x.dim(0), x.dim(1), kept]
        try node.checkDims(past, state, "past_state")
        let dataType = x.dataType ?? .float32
        return [try node.outputFact(dataType, [x.dim(0), x.dim(1), x.dim(2)]), try node.outputFact(dataType, state)]
    }

    var outputCount: Int { 2 }

    func run(_ run: NodeRun) throws(EngineError) {
        if run.tensor(0).dataType == .float64 { convolve(run, Double.self) } else { convolve(run, Float.self) }
    }

    private func convolve<T: Real>(_ run: NodeRun, _ type: T.Type) {
        let shape = run.tensor(0).shape
        let (channels, length, kernel) = (shape[1], shape[2], run.tensor(1).shape[2])
        let (x, w) = (run.elements(run.tensor(0), as: T.self), run.elements(run.tensor(1), as: T.self))
        let bias = run.optionalElements(2, as: T.self)
        let past = run.optionalElements(3, as: T.self)
        let output = run.destination(0, as: T.self)
        let present = run.isWanted(1) ? run.destination(1, as: T.self) : nil
        let kept = kernel - 1
        run.parallel(shape[0] * channels, costPerPiece: 2 &* kernel &* length) { planes in
            LaneScratch.with(T.self, count: kept + length) { line in
                for plane in planes {
                    for i in 0..<kept { line[i] = past.map { $0[plane * kept + i] } ?? 0 }
                    (line + kept).update(from: x + plane * length, count: length)
                    let y = output.elements + plane * length
                    y.update(repeating: 0, count: length)
                    for tap in 0..<kernel {
                        let weight = w[plane % channels * kernel + tap]
                        for i in 0..<length { y[i] += weight * line[i + tap] }
                    }
                    if let bias { for i in 0..<length { y[i] += bias[plane % channels] } }
                    if hasActivation { for i in 0..<length { y[i] *= T.sigmoid(y[i]) } }
                    if let present { (present.elements + plane * kept).update(from: line + length, count: kept) }
                }
            }
        }
        output.finish()
        present?.finish()
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        [RowAxis](repeating: AttentionRows.find(inputs, facts, batched: [0, 3], broadcast: []), count: 2)
    }
}
