internal import Kernels
internal import Tensors

/// A pooling of blocked images.
struct BlockedPool: Operation {
    enum Kind: Sendable {
        case maximum
        case average(countsPadding: Bool)
    }

    let node: Node
    /// nil for a window that covers the image.
    let window: WindowAttributes?
    let kind: Kind

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "X", [.float32])
        guard let dims = x.dims else { return [Fact(.float32, nil)] }
        guard dims.count == 5 else { throw node.malformed("a blocked image was expected, not \(dims)") }
        guard let window else { return [Fact(.float32, [dims[0], dims[1], 1, 1, dims[4]])] }
        let output = try window.outputDims(node, input: [dims[2], dims[3]], kernel: (window.kernel ?? []).map(Dim.known))
        return [try node.outputFact(.float32, [dims[0], dims[1], output[0], output[1], dims[4]])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        let output = run.output(0).mutablePointer(as: Float.self)
        let (height, width) = (x.shape[2], x.shape[3])
        let window: Window
        if let attributes = self.window {
            window = try attributes.window(node, input: [height, width], kernel: attributes.kernel ?? [])
        } else {
            window = Window(
                axes: [height, width].map { WindowAxis(input: $0, output: 1, kernel: $0, stride: 1, dilation: 1, padBegin: 0, padEnd: 0) })
        }
        guard window.outputCount > 0, var pooling = Pooling(window) else { return }
        let kernels = Kernels.table.pooling
        let kernel: PoolingKernel
        switch kind {
        case .maximum: kernel = kernels.blockedMaximum
        case .average(let countsPadding):
            pooling.countsPadding = countsPadding
            kernel = kernels.blockedAverage
        }
        let source = x.pointer(as: Float.self)
        let (inputs, outputs) = (window.inputCount * ChannelBlocks.lanes, window.outputCount * ChannelBlocks.lanes)
        run.parallel(x.shape[0] * x.shape[1], costPerPiece: 2 &* window.kernelCount &* outputs) { range in
            kernel(pooling, source + range.lowerBound * inputs, output + range.lowerBound * outputs, range.count)
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [ChannelBlocks.rows(inputs)] }
}
