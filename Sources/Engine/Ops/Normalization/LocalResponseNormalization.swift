internal import Tensors

/// LRN: divides by a power of the sum of squares over neighbouring channels.
struct LocalResponseNormalization: Operation {
    let node: Node
    let size: Int
    let alpha: Float
    let beta: Float
    let bias: Float

    static let entries: [OperatorEntry] = [
        OperatorEntry("LRN") { node throws(EngineError) in
            let size = try node.required("size", try node.int("size"))
            guard size > 0, size <= WindowAttributes.largestValue else { throw node.malformed("attribute 'size' is \(size)") }
            return LocalResponseNormalization(
                node: node, size: size, alpha: try node.float("alpha", default: 1e-4), beta: try node.float("beta", default: 0.75),
                bias: try node.float("bias", default: 1))
        }
    ]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "X", .floating)
        if let rank = x.rank, rank < 2 { throw node.malformed("the input must have rank 2 or more, not \(rank)") }
        return [try node.outputFact(x.dataType ?? .float32, x.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        if run.tensor(0).dataType == .float64 { normalize(run, Double.self) } else { normalize(run, Float.self) }
    }

    private func normalize<T: Real>(_ run: NodeRun, _ type: T.Type) {
        let shape = run.tensor(0).shape
        let x = run.elements(run.tensor(0), as: T.self)
        let output = run.destination(0, as: T.self)
        let (channels, positions) = (shape[1], shape.count(in: 2..<shape.rank))
        let (before, after) = ((size - 1) / 2, size / 2)
        run.parallel(shape[0] * channels, costPerPiece: (2 &* min(size, channels) &+ 32) &* positions) { planes in
            for plane in planes {
                let (image, channel) = plane.quotientAndRemainder(dividingBy: channels)
                let target = output.elements + plane * positions
                target.update(repeating: 0, count: positions)
                for neighbour in max(0, channel - before)...min(channels - 1, channel + after) {
                    let source = x + (image * channels + neighbour) * positions
                    for i in 0..<positions { target[i] += source[i] * source[i] }
                }
                let (factor, own) = (T(alpha) / T(size), x + plane * positions)
                if beta == 0.75 {
                    // What every known model asks for: two square roots instead of a power.
                    for i in 0..<positions {
                        let root = (T(bias) + factor * target[i]).squareRoot()
                        target[i] = own[i] / (root * root.squareRoot())
                    }
                } else {
                    for i in 0..<positions { target[i] = own[i] / T.pow(T(bias) + factor * target[i], T(beta)) }
                }
            }
        }
        output.finish()
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        guard case .axis(let row) = inputs[0] else { return [inputs[0]] }
        return [row == 1 ? .mixed("it combines channels") : .axis(row)]
    }
}
