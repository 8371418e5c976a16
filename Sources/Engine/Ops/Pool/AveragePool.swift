internal import Kernels
internal import Tensors

/// The mean of the elements under each window.
struct AveragePool: Operation {
    let attributes: PoolAttributes
    /// Padding counts as zeros.
    let countsPadding: Bool

    static let entries: [OperatorEntry] = [
        OperatorEntry("AveragePool") { node throws(EngineError) in
            AveragePool(attributes: try PoolAttributes(node), countsPadding: try node.bool("count_include_pad", default: false))
        }
    ]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try attributes.node.tensorFact(inputs, 0, "X", .floating)
        return [try attributes.node.outputFact(x.dataType ?? .float32, try attributes.output(x))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let window = try attributes.window(over: run.tensor(0).shape)
        if run.tensor(0).dataType == .float64 { return pool(run, window, Double.self) }
        guard var pooling = Pooling(window) else { return pool(run, window, Float.self) }
        pooling.countsPadding = countsPadding
        let output = run.destination(0, as: Float.self)
        let x = run.elements(run.tensor(0), as: Float.self)
        let planes = run.tensor(0).shape.count(in: 0..<2)
        pooling.run(run, Kernels.table.pooling.average, planes: planes, window, x, output.elements)
        output.finish()
    }

    private func pool<T: Real>(_ run: NodeRun, _ window: Window, _ type: T.Type) {
        let x = run.elements(run.tensor(0), as: T.self)
        let output = run.destination(0, as: T.self)
        let (inputs, outputs) = (window.inputCount, window.outputCount)
        if outputs > 0, let line = window.axes.last {
            let lineCounts = (0..<line.output).map { T(count(line, $0)) }
            run.parallel(run.tensor(0).shape.count(in: 0..<2), costPerPiece: 2 &* window.kernelCount &* outputs) { range in
                for plane in range {
                    let source = x + plane * inputs
                    for row in 0..<outputs / line.output {
                        let sums = output.elements + plane * outputs + row * line.output
                        sums.update(repeating: 0, count: line.output)
                        window.forEachTap(line: row) { inside, start in
                            let values = source + start
                            if line.stride == 1 {
                                for i in inside { sums[i] += values[i] }
                            } else {
                                for i in inside { sums[i] += values[i * line.stride] }
                            }
                        }
                        let outer = T(outerCount(window, row))
                        for i in 0..<line.output { sums[i] /= outer * lineCounts[i] }
                    }
                }
            }
        }
        output.finish()
    }

    /// Taps that count along one axis; padding beyond the padded end never does.
    private func count(_ axis: WindowAxis, _ output: Int) -> Int {
        if !countsPadding { return axis.taps(output).count }
        let room = axis.input + axis.padEnd - (output * axis.stride - axis.padBegin)
        return min(axis.kernel, max(0, (room + axis.dilation - 1) / axis.dilation))
    }

    private func outerCount(_ window: Window, _ row: Int) -> Int {
        var (rest, product) = (row, 1)
        for axis in window.outerAxes.reversed() {
            product *= count(axis, rest % axis.output)
            rest /= axis.output
        }
        return product
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [PoolAttributes.rows(inputs)] }
}
