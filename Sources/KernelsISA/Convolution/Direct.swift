internal import CKernels
internal import KernelTable

/// Floats of input that stay in the second-level cache while all panels pass over them.
@inline(__always) private var chunkFloats: Int {
    #if ISA_AVX512
    96 &* 1024
    #else
    32 &* 1024
    #endif
}

extension DirectConvolution {
    @inline(__always) fileprivate var pixelFloats: Int { isPlanar ? 1 : lanes }
    @inline(__always) fileprivate var outerCount: Int { isPlanar ? inputChannels : (inputChannels &+ lanes &- 1) / lanes }
    /// Input rows and columns that `count` outputs read.
    @inline(__always) fileprivate func spanHeight(_ count: Int) -> Int {
        (count &- 1) &* strideHeight &+ (kernelHeight &- 1) &* dilationHeight &+ 1
    }
    @inline(__always) fileprivate var spanWidth: Int { (outputWidth &- 1) &* strideWidth &+ (kernelWidth &- 1) &* dilationWidth &+ 1 }
    @inline(__always) fileprivate var needsPadding: Bool {
        padTop > 0 || padLeft > 0 || spanHeight(outputHeight) &- padTop > inputHeight || spanWidth &- padLeft > inputWidth
    }
    /// A 1×1 kernel without strides sees one long row of pixels.
    @inline(__always) fileprivate var isPointwise: Bool {
        kernelHeight == 1 && kernelWidth == 1 && strideHeight == 1 && strideWidth == 1 && !needsPadding
            && outputHeight == inputHeight && outputWidth == inputWidth
    }
    /// Output rows worked on at a time.
    @inline(__always) fileprivate var chunkRows: Int {
        let perRow = spanWidth &* pixelFloats &* outerCount &* strideHeight
        let margin = spanHeight(1) &- strideHeight
        let rows = perRow == 0 ? outputHeight : chunkFloats / perRow &- (margin > 0 ? margin / strideHeight : 0)
        return rows < 1 ? 1 : rows < outputHeight ? rows : outputHeight
    }
}

func conv_f32_scratch(_ call: DirectConvolution) -> Int {
    guard call.needsPadding, call.outputHeight > 0, call.outputWidth > 0 else { return 0 }
    return call.outerCount &* call.spanHeight(call.chunkRows) &* call.spanWidth &* call.pixelFloats
}

/// Copies the input rows of some output rows with their zeros around them: [outer, rows, width, pixel].
private func copyPadded(_ c: UnsafePointer<DirectConvolution>, _ firstRow: Int, _ rows: Int, _ to: UnsafeMutablePointer<Float>) {
    let call = c.pointee
    let pixel = call.pixelFloats
    let height = call.spanHeight(rows)
    let width = call.spanWidth
    let top = firstRow &* call.strideHeight &- call.padTop
    // Columns of the copy that come from the image.
    let end = call.inputWidth &+ call.padLeft < width ? call.inputWidth &+ call.padLeft : width
    let begin = call.padLeft < end ? call.padLeft : end
    let first = begin &* pixel
    let count = (end &- begin) &* pixel
    let after = (width &- end) &* pixel
    var o = 0
    var target = to
    while o < call.outerCount {
        var r = 0
        while r < height {
            let y = top &+ r
            if y < 0 || y >= call.inputHeight || count <= 0 {
                fillZero(target, width &* pixel)
            } else {
                let source = call.input + (o &* call.inputHeight &+ y) &* call.inputWidth &* pixel
                fillZero(target, first)
                map(source, target + first, count, Same())
                fillZero(target + first + count, after)
            }
            target += width &* pixel
            r &+= 1
        }
        o &+= 1
    }
}

@inline(__always)
private func fillZero(_ to: UnsafeMutablePointer<Float>, _ count: Int) {
    sweep(count) { store(V(repeating: 0), to + $0) } tail: { store(V(repeating: 0), to + $0, partial: $1) }
}

func conv_f32_direct(_ call: DirectConvolution, _ panels: Range<Int>, _ rows: Range<Int>) {
    var call = call
    withUnsafePointer(to: &call) { conv_f32_panels($0, panels.lowerBound, panels.upperBound, rows.lowerBound, rows.upperBound) }
}

private func conv_f32_panels(_ c: UnsafePointer<DirectConvolution>, _ firstPanel: Int, _ endPanel: Int, _ firstRow: Int, _ endRow: Int) {
    let call = c.pointee
    guard call.outputWidth > 0 else { return }
    let pixel = call.pixelFloats
    let padded = call.needsPadding
    let pointwise = call.isPointwise
    let chunk = call.chunkRows
    let inputRow = call.inputWidth &* pixel
    var walk = Walk(
        outer: call.outerCount, fullOuter: call.outerCount, outerStride: call.inputHeight &* inputRow, rows: call.kernelHeight,
        rowStride: call.dilationHeight &* inputRow, columns: call.kernelWidth, columnStride: call.dilationWidth &* pixel, run: pixel,
        pixelStride: call.strideWidth &* pixel, tailColumns: call.kernelWidth, tailColumnStride: call.dilationWidth &* pixel, tailRun: 0)
    if !call.isPlanar, call.inputChannels % lanes != 0 {
        walk.fullOuter &-= 1
        walk.tailRun = call.inputChannels % lanes
    }
    if call.dilationWidth == 1 {
        walk.run = call.kernelWidth &* pixel
        walk.columns = 1
    }
    var row = firstRow
    while row < endRow {
        let count = endRow &- row < chunk ? endRow &- row : chunk
        var input = call.input + row &* call.strideHeight &* inputRow
        var rowFloats = call.strideHeight &* inputRow
        if padded, let scratch = call.scratch {
            copyPadded(c, row, count, scratch)
            input = UnsafePointer(scratch)
            let width = call.spanWidth &* pixel
            rowFloats = call.strideHeight &* width
            walk.rowStride = call.dilationHeight &* width
            walk.outerStride = call.spanHeight(count) &* width
        }
        withUnsafePointer(to: &walk) { walk in
            var panel = firstPanel
            while panel < endPanel {
                if pointwise {
                    convolveRow(c, walk, panel, input, row &* call.outputWidth, count &* call.outputWidth)
                } else {
                    var r = 0
                    while r < count {
                        convolveRow(c, walk, panel, input + r &* rowFloats, (row &+ r) &* call.outputWidth, call.outputWidth)
                        r &+= 1
                    }
                }
                panel &+= 1
            }
        }
        row &+= count
    }
}

/// A row of `pixels` outputs of one panel, of which the first is `pixel`.
func convolveRow(
    _ c: UnsafePointer<DirectConvolution>, _ walk: UnsafePointer<Walk>, _ panel: Int, _ input: UnsafePointer<Float>, _ pixel: Int,
    _ pixels: Int
) {
    let channel = panel &* 2 &* lanes
    let taps = c.pointee.kernelHeight &* c.pointee.kernelWidth
    let depth = c.pointee.inputChannels &* taps
    let weights = c.pointee.weights + channel &* depth
    let isHalf = c.pointee.outputChannels &- channel <= lanes
    let late = isLate(c.pointee.activation)
    let shares = Shares(pixels, tileRows: tilePixels)
    var tile = 0
    while tile < shares.tiles {
        let first = shares.first(tile)
        let count = shares.count(tile)
        let from = input + first &* walk.pointee.pixelStride
        if isHalf {
            conv_f32_tile_half(count, walk, from, weights, c, channel, pixel &+ first)
        } else {
            conv_f32_tile(count, walk, from, weights, c, channel, pixel &+ first)
        }
        if late {
            let plane = c.pointee.outputHeight &* c.pointee.outputWidth &* lanes
            let at = c.pointee.output + channel / lanes &* plane + (pixel &+ first) &* lanes
            activate_f32(c.pointee.activation, at, at, count &* lanes)
            if !isHalf { activate_f32(c.pointee.activation, at + plane, at + plane, count &* lanes) }
        }
        tile &+= 1
    }
}
