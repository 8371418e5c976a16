internal import Kernels
internal import Tensors

/// One float32 convolution by kernels.
struct FloatConvolution {
    let sizes: ConvolutionSizes
    let path: ConvolutionPath
    /// As the model has them.
    let weights: UnsafePointer<Float>
    /// As the path reads them, where it reads them otherwise.
    let packed: UnsafePointer<Float>?
    let bias: UnsafePointer<Float>?
    let activation: Activation

    func run(_ run: NodeRun, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
        guard sizes.window.outputCount > 0, sizes.batch > 0, sizes.maps > 0, sizes.group > 0 else { return }
        switch (path, packed) {
        case (.pointwise, _): products(run, x, y, cuts: false)
        case (.depthwise, let packed?): depthwise(run, x, packed, y)
        case (.direct(let isPlanar), let packed?): direct(run, x, packed, y, isPlanar: isPlanar)
        default: products(run, x, y, cuts: true)
        }
    }

    /// The last two spatial axes; a line is an image of one row.
    private var axes: (rows: WindowAxis, columns: WindowAxis) {
        let all = sizes.window.axes
        let single = WindowAxis(input: 1, output: 1, kernel: 1, stride: 1, dilation: 1, padBegin: 0, padEnd: 0)
        return all.count > 1 ? (all[0], all[1]) : (single, all[0])
    }

    /// One product per image, group and block of positions, with the image itself or columns cut from it on the right.
    private func products(_ run: NodeRun, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, cuts: Bool) {
        let (outputs, inputs, depth, maps) = (sizes.window.outputCount, sizes.window.inputCount, sizes.depth, sizes.maps)
        let panel = Float.panelColumns
        let block = (sizes.positionsPerBlock + panel - 1) / panel * panel
        let blocks = (outputs + block - 1) / block
        run.parallel(sizes.batch * sizes.group * blocks, costPerPiece: 2 &* maps &* depth &* block) { pieces in
            LaneScratch.with(Float.self, count: Float.packedCount(depth: depth, columns: block)) { right in
                LaneScratch.with(Float.self, count: cuts ? depth * block : 0) { columns in
                    for piece in pieces {
                        let (image, index) = piece.quotientAndRemainder(dividingBy: blocks)
                        let group = image % sizes.group
                        let positions = index * block..<min(outputs, (index + 1) * block)
                        let source = x + image * sizes.channels * inputs
                        if cuts {
                            Columns.fill(source, channels: sizes.channels, sizes.window, positions: positions, into: columns)
                            Float.pack(UnsafePointer(columns), (positions.count, 1), depth: depth, columns: positions.count, into: right)
                        } else {
                            Float.pack(source + positions.lowerBound, (inputs, 1), depth: depth, columns: positions.count, into: right)
                        }
                        var problem = MatrixMultiply(m: maps, n: positions.count, k: depth)
                        problem.cRow = outputs
                        Float.multiply(
                            problem, weights + group * maps * depth, packed: UnsafePointer(right),
                            y + image * maps * outputs + positions.lowerBound,
                            Epilogue(rowBias: bias.map { $0 + group * maps }, activation: activation))
                    }
                }
            }
        }
    }

    /// One block of channels of one image at a time.
    private func depthwise(_ run: NodeRun, _ x: UnsafePointer<Float>, _ packed: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
        let table = Kernels.table
        let (lanes, channels) = (table.lanes, sizes.group)
        let (inputs, outputs, taps) = (sizes.window.inputCount, sizes.window.outputCount, sizes.window.kernelCount)
        let (rows, columns) = axes
        let blocks = (channels + lanes - 1) / lanes
        run.parallel(sizes.batch * blocks, costPerPiece: 2 &* lanes &* taps &* outputs) { pieces in
            LaneScratch.with(Float.self, count: lanes * (inputs + outputs)) { memory in
                let result = memory + lanes * inputs
                for piece in pieces {
                    let (image, block) = piece.quotientAndRemainder(dividingBy: blocks)
                    let first = block * lanes
                    let count = min(lanes, channels - first)
                    table.layout.toBlocked(x + (image * channels + first) * inputs, memory, count, inputs)
                    var call = DepthwiseConvolution(
                        input: UnsafePointer(memory), channels: count, inputHeight: rows.input, inputWidth: columns.input,
                        weights: packed + first * taps, kernelHeight: rows.kernel, kernelWidth: columns.kernel, output: result,
                        outputHeight: rows.output, outputWidth: columns.output)
                    (call.strideHeight, call.strideWidth) = (rows.stride, columns.stride)
                    (call.dilationHeight, call.dilationWidth) = (rows.dilation, columns.dilation)
                    (call.padTop, call.padLeft) = (rows.padBegin, columns.padBegin)
                    call.bias = bias.map { $0 + first }
                    call.activation = activation
                    table.convolution.depthwise(call, 0..<1, 0..<rows.output)
                    table.layout.fromBlocked(UnsafePointer(result), y + (image * channels + first) * outputs, count, outputs)
                }
            }
        }
    }

    /// All images and groups apart when there are several, else one image cut into panels of channels and rows.
    private func direct(
        _ run: NodeRun, _ x: UnsafePointer<Float>, _ packed: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, isPlanar: Bool
    ) {
        let table = Kernels.table
        let (inputs, outputs) = (sizes.window.inputCount, sizes.window.outputCount)
        let inputFloats = isPlanar ? 0 : blockedChannels(sizes.channels) * inputs
        let outputFloats = blockedChannels(sizes.maps) * outputs
        let panels = (sizes.maps + table.convolution.panelChannels - 1) / table.convolution.panelChannels
        let (images, rows) = (sizes.batch * sizes.group, axes.rows.output)
        let cost = 2 &* sizes.maps &* sizes.depth &* outputs
        if images > 1 {
            run.parallel(images, costPerPiece: cost) { range in
                LaneScratch.with(Float.self, count: inputFloats + outputFloats) { memory in
                    for image in range {
                        let source = x + image * sizes.channels * inputs
                        if !isPlanar { table.layout.toBlocked(source, memory, sizes.channels, inputs) }
                        compute(
                            isPlanar ? source : UnsafePointer(memory), packed, memory + inputFloats, image % sizes.group, isPlanar, 0..<panels, 0..<rows)
                        table.layout.fromBlocked(
                            UnsafePointer(memory + inputFloats), y + image * sizes.maps * outputs, sizes.maps, outputs)
                    }
                }
            }
            return
        }
        let memory = run.scratch(Float.self, count: inputFloats + outputFloats)
        let result = memory + inputFloats
        if !isPlanar { convert(run, sizes.channels, inputs) { table.layout.toBlocked(x + $0 * inputs, memory + $0 * inputs, $1, inputs) } }
        // Enough pieces for every thread there might be, each some rows of one panel.
        let strips = min(rows, max(1, Self.pieces / max(panels, 1)))
        run.parallel(panels * strips, costPerPiece: cost / max(panels * strips, 1)) { pieces in
            for piece in pieces {
                let (panel, strip) = piece.quotientAndRemainder(dividingBy: strips)
                compute(
                    isPlanar ? x : UnsafePointer(memory), packed, result, 0, isPlanar, panel..<panel + 1,
                    rows * strip / strips..<rows * (strip + 1) / strips)
            }
        }
        convert(run, sizes.maps, outputs) { table.layout.fromBlocked(UnsafePointer(result) + $0 * outputs, y + $0 * outputs, $1, outputs) }
    }

    private static let pieces = 32

    private func blockedChannels(_ channels: Int) -> Int {
        let lanes = Kernels.table.lanes
        return (channels + lanes - 1) / lanes * lanes
    }

    /// Calls `body` with the first channel and the number of channels of every block.
    private func convert(_ run: NodeRun, _ channels: Int, _ positions: Int, _ body: (Int, Int) -> Void) {
        let lanes = Kernels.table.lanes
        run.parallel((channels + lanes - 1) / lanes, costPerPiece: 4 &* lanes &* positions) { blocks in
            for block in blocks { body(block * lanes, min(lanes, channels - block * lanes)) }
        }
    }

    private func compute(
        _ input: UnsafePointer<Float>, _ packed: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ group: Int, _ isPlanar: Bool,
        _ panels: Range<Int>, _ part: Range<Int>
    ) {
        let kernels = Kernels.table.convolution
        let (rows, columns) = axes
        let perGroup = kernels.packedFloats(sizes.maps, sizes.channels, sizes.window.kernelCount, isPlanar)
        var call = DirectConvolution(
            input: input, isPlanar: isPlanar, inputChannels: sizes.channels, inputHeight: rows.input, inputWidth: columns.input,
            weights: packed + group * perGroup, kernelHeight: rows.kernel, kernelWidth: columns.kernel, output: output,
            outputChannels: sizes.maps, outputHeight: rows.output, outputWidth: columns.output)
        (call.strideHeight, call.strideWidth) = (rows.stride, columns.stride)
        (call.dilationHeight, call.dilationWidth) = (rows.dilation, columns.dilation)
        (call.padTop, call.padLeft) = (rows.padBegin, columns.padBegin)
        call.bias = bias.map { $0 + group * sizes.maps }
        call.activation = activation
        LaneScratch.with(Float.self, count: kernels.scratchFloats(call)) { scratch in
            call.scratch = scratch
            kernels.direct(call, panels, part)
        }
    }
}
