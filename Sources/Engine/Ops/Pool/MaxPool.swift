internal import Kernels
internal import Tensors

/// The largest element under each window, and on request where it was.
struct MaxPool: Operation {
    let attributes: PoolAttributes
    /// Indices count the spatial axes innermost last to first, as in column-major storage.
    let isColumnMajor: Bool

    static let entries: [OperatorEntry] = [
        OperatorEntry("MaxPool") { node throws(EngineError) in
            MaxPool(attributes: try PoolAttributes(node), isColumnMajor: try node.bool("storage_order", default: false))
        }
    ]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try attributes.node.tensorFact(inputs, 0, "X", .floating + [.int8, .uint8])
        let dims = try attributes.output(x)
        return [try attributes.node.outputFact(x.dataType ?? .float32, dims), Fact(.int64, dims)]
    }

    var outputCount: Int { 2 }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        let window = try attributes.window(over: x.shape)
        switch x.dataType {
        case .float64: pool(run, window, run.destination(0, as: Double.self), lowest: -Double.infinity)
        case .int8: pool(run, window, x.pointer(as: Int8.self), run.output(0).mutablePointer(as: Int8.self), lowest: .min)
        case .uint8: pool(run, window, x.pointer(as: UInt8.self), run.output(0).mutablePointer(as: UInt8.self), lowest: .min)
        default:
            let output = run.destination(0, as: Float.self)
            if !run.isWanted(1), let pooling = Pooling(window) {
                let planes = x.shape.count(in: 0..<2)
                pooling.run(run, Kernels.table.pooling.maximum, planes: planes, window, run.elements(x, as: Float.self), output.elements)
                output.finish()
            } else {
                pool(run, window, output, lowest: -Float.infinity)
            }
        }
    }

    private func pool<T: Real>(_ run: NodeRun, _ window: Window, _ output: Destination<T>, lowest: T) {
        pool(run, window, run.elements(run.tensor(0), as: T.self), output.elements, lowest: lowest)
        output.finish()
    }

    @inline(__always)
    private func pool<T: Comparable & BitwiseCopyable>(
        _ run: NodeRun, _ window: Window, _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, lowest: T
    ) {
        let planes = run.tensor(0).shape.count(in: 0..<2)
        let (inputs, outputs) = (window.inputCount, window.outputCount)
        guard outputs > 0, let line = window.axes.last else { return }
        let indices = run.isWanted(1) ? run.output(1).mutablePointer(as: Int64.self) : nil
        run.parallel(planes, costPerPiece: 2 &* window.kernelCount &* outputs) { range in
            for plane in range {
                let (source, target) = (x + plane * inputs, y + plane * outputs)
                target.update(repeating: lowest, count: outputs)
                for row in 0..<outputs / line.output {
                    let best = target + row * line.output
                    if let indices {
                        let places = indices + plane * outputs + row * line.output
                        places.update(repeating: -1, count: line.output)
                        window.forEachTap(line: row) { inside, start in
                            for i in inside {
                                let at = start + i * line.stride
                                // The first of equals stays; a NaN is never larger.
                                if places[i] < 0 || source[at] > best[i] { (best[i], places[i]) = (source[at], Int64(at)) }
                            }
                        }
                        for i in 0..<line.output { places[i] = Int64(index(Int(places[i]), plane, window)) }
                    } else {
                        window.forEachTap(line: row) { inside, start in
                            let values = source + start
                            if line.stride == 1 {
                                for i in inside { best[i] = values[i] > best[i] ? values[i] : best[i] }
                            } else {
                                for i in inside {
                                    let value = values[i * line.stride]
                                    best[i] = value > best[i] ? value : best[i]
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The index as the standard counts it: in the whole tensor, spatial axes in the order asked for.
    private func index(_ position: Int, _ plane: Int, _ window: Window) -> Int {
        let base = plane * window.inputCount
        guard isColumnMajor, position >= 0 else { return base + max(position, 0) }
        var (rest, result) = (position, 0)
        var step = window.inputCount
        // The last axis varies fastest in memory and slowest in the answer.
        for axis in window.axes.reversed() {
            step /= axis.input
            result += rest % axis.input * step
            rest /= axis.input
        }
        return base + result
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        let rows = PoolAttributes.rows(inputs)
        // Indices count from the start of the whole tensor.
        return [rows, rows == .absent ? .absent : .mixed("its indices count the elements of all rows")]
    }
}
