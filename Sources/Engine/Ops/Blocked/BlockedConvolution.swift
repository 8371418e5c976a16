internal import Kernels
internal import Tensors

/// A convolution with constant weights whose result, and whose input unless it has few channels, is a blocked image.
///
/// Inputs: the image, and a blocked image that is added before the activation.
struct BlockedConvolution: Operation {
    let attributes: ConvolutionAttributes
    let filters: BlockedFilters
    let bias: Tensor?
    var activation: Activation

    private var node: Node { attributes.node }
    private var maps: ChannelBlocks { ChannelBlocks(channels: filters.shape[0]) }
    private var channels: ChannelBlocks { ChannelBlocks(channels: filters.shape[1] * attributes.group) }
    private var isPlanar: Bool { filters.kind == .direct(isPlanar: true) }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "X", [.float32])
        guard let dims = x.dims else { return [Fact(.float32, nil)] }
        if isPlanar { try channels.check(dims, node) }
        let plain = isPlanar ? dims : try channels.plain(dims, node)
        guard let output = try attributes.output(Fact(.float32, plain), Fact(.float32, shape: filters.shape)) else {
            return [Fact(.float32, nil)]
        }
        let blocked = maps.blocked(output)
        try node.checkDims(try node.optionalTensorFact(inputs, 1, "Z", [.float32]), blocked, "Z")
        return [try node.outputFact(.float32, blocked)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        var window = try attributes.window.window(node, input: [x.shape[2], x.shape[3]], kernel: [filters.shape[2], filters.shape[3]])
        // An image of one column is one of one row: the kernels work along rows.
        let (rows, columns) = (window.axes[0], window.axes[1])
        if columns.input == 1, columns.output == 1, columns.kernel == 1, columns.padBegin == 0, rows.output > 1 {
            window.axes = [columns, rows]
        }
        guard window.outputCount > 0, x.shape[0] > 0 else { return }
        let output = run.output(0).mutablePointer(as: Float.self)
        let source = x.pointer(as: Float.self)
        let residual = run.optionalTensor(1)?.pointer(as: Float.self)
        switch filters.kind {
        case .depthwise: depthwise(run, window, images: x.shape[0], source, residual, output)
        case .direct: direct(run, window, images: x.shape[0], source, residual, output)
        }
    }

    private func depthwise(
        _ run: NodeRun, _ window: Window, images: Int, _ x: UnsafePointer<Float>, _ residual: UnsafePointer<Float>?,
        _ y: UnsafeMutablePointer<Float>
    ) {
        guard let weights = filters.weights?.pointer(as: Float.self) else { return }
        let (rows, columns, blocks) = (window.axes[0], window.axes[1], maps.count)
        let (inputFloats, outputFloats) = (
            window.inputCount * ChannelBlocks.lanes * blocks, window.outputCount * ChannelBlocks.lanes * blocks
        )
        run.parallel(images * blocks, costPerPiece: 2 &* ChannelBlocks.lanes &* window.kernelCount &* window.outputCount) { pieces in
            var piece = pieces.lowerBound
            while piece < pieces.upperBound {
                let (image, block) = piece.quotientAndRemainder(dividingBy: blocks)
                let end = min(blocks, block + pieces.upperBound - piece)
                var call = DepthwiseConvolution(
                    input: x + image * inputFloats, channels: maps.channels, inputHeight: rows.input, inputWidth: columns.input,
                    weights: weights, kernelHeight: rows.kernel, kernelWidth: columns.kernel, output: y + image * outputFloats,
                    outputHeight: rows.output, outputWidth: columns.output)
                (call.strideHeight, call.strideWidth) = (rows.stride, columns.stride)
                (call.dilationHeight, call.dilationWidth) = (rows.dilation, columns.dilation)
                (call.padTop, call.padLeft) = (rows.padBegin, columns.padBegin)
                call.bias = bias?.pointer(as: Float.self)
                call.residual = residual.map { $0 + image * outputFloats }
                call.activation = activation
                Kernels.table.convolution.depthwise(call, block..<end, 0..<rows.output)
                piece += end - block
            }
        }
    }

    private func direct(
        _ run: NodeRun, _ window: Window, images: Int, _ x: UnsafePointer<Float>, _ residual: UnsafePointer<Float>?,
        _ y: UnsafeMutablePointer<Float>
    ) {
        let kernels = Kernels.table.convolution
        let (rows, columns, lanes) = (window.axes[0], window.axes[1], ChannelBlocks.lanes)
        // Of one group, whose channels and maps fill their blocks where there are several.
        let groups = attributes.group
        let (channels, maps) = (ChannelBlocks(channels: filters.shape[1]), ChannelBlocks(channels: filters.shape[0] / groups))
        let inputFloats = window.inputCount * (isPlanar ? channels.channels : channels.count * lanes)
        let outputFloats = window.outputCount * maps.count * lanes
        let direct = filters.weights?.pointer(as: Float.self)
        let transformed = filters.winograd?.pointer(as: Float.self)
        guard let some = transformed ?? direct else { return }
        var model = DirectConvolution(
            input: x, isPlanar: isPlanar, inputChannels: channels.channels, inputHeight: rows.input, inputWidth: columns.input,
            weights: direct ?? some, kernelHeight: rows.kernel, kernelWidth: columns.kernel, output: y, outputChannels: maps.channels,
            outputHeight: rows.output, outputWidth: columns.output)
        (model.strideHeight, model.strideWidth) = (rows.stride, columns.stride)
        (model.dilationHeight, model.dilationWidth) = (rows.dilation, columns.dilation)
        (model.padTop, model.padLeft) = (rows.padBegin, columns.padBegin)
        model.bias = bias?.pointer(as: Float.self)
        model.activation = activation
        let usesWinograd = transformed != nil && (direct == nil || kernels.prefersWinograd(model))
        if usesWinograd, let transformed { model.weights = transformed }
        // Images first; one image is cut only for the sake of further threads, by panels of weights or by rows.
        let panels = (maps.channels + kernels.panelChannels - 1) / kernels.panelChannels
        let units = usesWinograd ? (rows.output + 3) / 4 : rows.output
        let cutsPanels = !usesWinograd && filters.shape.count > window.inputCount * channels.channels
        var parts = 1
        if EngineThreads.count > 1, images * groups < 2 * EngineThreads.count {
            parts = min(cutsPanels ? panels : units, 4 * EngineThreads.count)
        }
        let cost = 2 &* (filters.shape.count / groups) &* window.outputCount
        let perGroup = (usesWinograd ? filters.winograd : filters.weights).map { $0.count / groups } ?? 0
        run.parallel(images * groups * parts, costPerPiece: cost / parts) { pieces in
            for piece in pieces {
                let (image, part) = piece.quotientAndRemainder(dividingBy: parts)
                let group = image % groups
                var call = model
                call.weights += group * perGroup
                call.bias = model.bias.map { $0 + group * maps.channels }
                call.input = x + image * inputFloats
                call.output = y + image * outputFloats
                call.residual = residual.map { $0 + image * outputFloats }
                let count = cutsPanels ? panels : units
                let own = count * part / parts..<count * (part + 1) / parts
                let scratch = usesWinograd ? kernels.winogradScratchFloats(call) : kernels.scratchFloats(call)
                LaneScratch.with(Float.self, count: scratch) { scratch in
                    call.scratch = scratch
                    if usesWinograd {
                        kernels.winograd(call, own)
                    } else {
                        kernels.direct(call, cutsPanels ? own : 0..<panels, cutsPanels ? 0..<rows.output : own)
                    }
                }
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [ChannelBlocks.rows(inputs)] }
}
