internal import Kernels
internal import Tensors

/// What every pooling's node says, and the rules of shape they share.
struct PoolAttributes: Sendable {
    let node: Node
    let window: WindowAttributes

    init(_ node: Node) throws(EngineError) {
        self.node = node
        window = try WindowAttributes(node)
        guard window.kernel != nil else { throw node.malformed("attribute 'kernel_shape' is missing") }
    }

    var kernel: [Int] { window.kernel ?? [] }

    /// The extents that come out of x [N, C, spatial…]; nil while its rank is unknown.
    func output(_ x: Fact) throws(EngineError) -> [Dim]? {
        guard let dims = x.dims else { return nil }
        guard dims.count == kernel.count + 2 else {
            throw node.malformed("an input of rank \(dims.count) does not fit a kernel over \(kernel.count) axes")
        }
        return dims[..<2] + (try window.outputDims(node, input: Array(dims[2...]), kernel: kernel.map(Dim.known)))
    }

    func window(over shape: Shape) throws(EngineError) -> Window {
        try window.window(node, input: Array(shape.dims[2...]), kernel: kernel)
    }

    /// Batch and channels stay apart.
    static func rows(_ inputs: [RowAxis]) -> RowAxis {
        guard case .axis(let axis)? = inputs.first else { return inputs.first ?? .absent }
        return axis < 2 ? .axis(axis) : .mixed("it combines positions along axis \(axis)")
    }
}

extension Pooling {
    /// The window as the kernels take it; nil when they do not: more than two axes, or cropping.
    init?(_ window: Window) {
        let axes = window.axes
        guard axes.count <= 2, let columns = axes.last, axes.allSatisfy({ $0.padBegin >= 0 && $0.padEnd >= 0 }) else { return nil }
        let rows = axes.count == 2 ? axes[0] : WindowAxis(input: 1, output: 1, kernel: 1, stride: 1, dilation: 1, padBegin: 0, padEnd: 0)
        self.init(
            inputHeight: rows.input, inputWidth: columns.input, outputHeight: rows.output, outputWidth: columns.output,
            kernelHeight: rows.kernel, kernelWidth: columns.kernel)
        (strideHeight, strideWidth) = (rows.stride, columns.stride)
        (dilationHeight, dilationWidth) = (rows.dilation, columns.dilation)
        (padTop, padLeft, padBottom, padRight) = (rows.padBegin, columns.padBegin, rows.padEnd, columns.padEnd)
    }

    /// Pools planes that lie one behind the other, split over threads.
    func run(
        _ run: NodeRun, _ kernel: PoolingKernel, planes: Int, _ window: Window, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>
    ) {
        let (inputs, outputs) = (window.inputCount, window.outputCount)
        guard outputs > 0 else { return }
        run.parallel(planes, costPerPiece: 2 &* window.kernelCount &* outputs) { range in
            kernel(self, x + range.lowerBound * inputs, y + range.lowerBound * outputs, range.count)
        }
    }
}
