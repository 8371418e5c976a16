internal import Tensors

/// The p-norm of the elements under each window.
struct LpPool: Operation {
    let attributes: PoolAttributes
    let p: Float

    static let entries: [OperatorEntry] = [
        OperatorEntry("LpPool") { node throws(EngineError) in
            LpPool(attributes: try PoolAttributes(node), p: try order(node))
        }
    ]

    /// An integer since version 2, a float before.
    static func order(_ node: Node) throws(EngineError) -> Float {
        let p: Float
        if case .float(let value)? = node.attributes["p"] { p = value } else { p = Float(try node.int("p", default: 2)) }
        guard p > 0, p.isFinite else { throw node.malformed("attribute 'p' is \(p)") }
        return p
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try attributes.node.tensorFact(inputs, 0, "X", .floating)
        return [try attributes.node.outputFact(x.dataType ?? .float32, try attributes.output(x))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let window = try attributes.window(over: run.tensor(0).shape)
        if run.tensor(0).dataType == .float64 { pool(run, window, Double.self) } else { pool(run, window, Float.self) }
    }

    private func pool<T: Real>(_ run: NodeRun, _ window: Window, _ type: T.Type) {
        let x = run.elements(run.tensor(0), as: T.self)
        let output = run.destination(0, as: T.self)
        let norm = Norm<T>(p: T(p))
        let (inputs, outputs) = (window.inputCount, window.outputCount)
        if outputs > 0, let line = window.axes.last {
            run.parallel(run.tensor(0).shape.count(in: 0..<2), costPerPiece: 8 &* window.kernelCount &* outputs) { range in
                for plane in range {
                    let source = x + plane * inputs
                    for row in 0..<outputs / line.output {
                        let sums = output.elements + plane * outputs + row * line.output
                        sums.update(repeating: 0, count: line.output)
                        window.forEachTap(line: row) { inside, start in
                            for i in inside { sums[i] += norm.term(source[start + i * line.stride]) }
                        }
                        for i in 0..<line.output { sums[i] = norm.root(sums[i]) }
                    }
                }
            }
        }
        output.finish()
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [PoolAttributes.rows(inputs)] }
}

/// The parts of a p-norm.
struct Norm<T: Real> {
    let p: T

    func term(_ x: T) -> T {
        switch p {
        case 1: abs(x)
        case 2: x * x
        default: T.pow(abs(x), p)
        }
    }

    func root(_ sum: T) -> T {
        switch p {
        case 1: sum
        case 2: sum.squareRoot()
        default: T.pow(sum, 1 / p)
        }
    }
}
