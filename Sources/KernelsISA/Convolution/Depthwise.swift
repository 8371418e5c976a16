internal import CKernels
internal import KernelTable

func depthwise_f32(_ c: DepthwiseConvolution, _ blocks: Range<Int>, _ rows: Range<Int>) {
    let plane = c.outputHeight &* c.outputWidth &* lanes
    let limits = activationLimits(c.activation)
    let taps = c.kernelHeight &* c.kernelWidth
    let inputRow = c.inputWidth &* lanes
    let late = isLate(c.activation)
    var block = blocks.lowerBound
    while block < blocks.upperBound {
        let image = c.input + block &* c.inputHeight &* inputRow
        let left = c.channels &- block &* lanes
        let sink = DepthwiseSink(
            output: c.output + block &* plane, residual: c.residual.map { $0 + block &* plane },
            bias: c.bias.map { left >= lanes ? load($0 + block &* lanes) : load($0 + block &* lanes, partial: left) } ?? splat(0),
            low: splat(limits.low), high: splat(limits.high))
        var oh = rows.lowerBound
        while oh < rows.upperBound {
            let h = validTaps(oh, c.strideHeight, c.padTop, c.dilationHeight, c.kernelHeight, c.inputHeight)
            let filter = FilterRows(
                input: image + (h.start &+ h.first &* c.dilationHeight) &* inputRow, rowStride: c.dilationHeight &* inputRow,
                columnStride: c.dilationWidth &* lanes,
                weights: c.weights + (block &* taps &+ h.first &* c.kernelWidth) &* lanes, weightStride: c.kernelWidth &* lanes,
                rows: h.end &- h.first, columns: c.kernelWidth)
            filterRow(c, filter, sink, oh &* c.outputWidth)
            if late {
                let at = sink.output + oh &* c.outputWidth &* lanes
                activate_f32(c.activation, at, at, c.outputWidth &* lanes)
            }
            oh &+= 1
        }
        block &+= 1
    }
}

/// One output row: pixels beside the image's edges one at a time, those between in groups.
private func filterRow(_ c: DepthwiseConvolution, _ filter: FilterRows, _ sink: DepthwiseSink, _ rowPixel: Int) {
    // Pixels from `inner` to `endInner` read no padding on either side.
    let inner = (c.padLeft &+ c.strideWidth &- 1) / c.strideWidth
    let reach = c.inputWidth &+ c.padLeft &- (c.kernelWidth &- 1) &* c.dilationWidth &- 1
    let fits = reach < 0 ? 0 : reach / c.strideWidth &+ 1
    let endInner = fits < c.outputWidth ? fits : c.outputWidth
    let firstInner = inner < endInner ? inner : endInner
    edgePixels(c, filter, sink, rowPixel, 0, firstInner)
    if endInner > firstInner {
        let at = filter.input + (firstInner &* c.strideWidth &- c.padLeft) &* lanes
        let pixel = rowPixel &+ firstInner
        let count = endInner &- firstInner
        if c.strideWidth == 1, c.dilationWidth == 1, c.kernelWidth == 3 {
            innerPixels3(filter, at, sink, pixel, count)
        } else if c.strideWidth == 1, c.dilationWidth == 1, c.kernelWidth == 5 {
            innerPixels5(filter, at, sink, pixel, count)
        } else {
            innerPixels(filter, at, c.strideWidth &* lanes, sink, pixel, count)
        }
    }
    edgePixels(c, filter, sink, rowPixel, endInner, c.outputWidth)
}

private func edgePixels(_ c: DepthwiseConvolution, _ filter: FilterRows, _ sink: DepthwiseSink, _ rowPixel: Int, _ from: Int, _ end: Int) {
    var ow = from
    while ow < end {
        let w = validTaps(ow, c.strideWidth, c.padLeft, c.dilationWidth, c.kernelWidth, c.inputWidth)
        var part = filter
        part.columns = w.end > w.first ? w.end &- w.first : 0
        part.weights = filter.weights + w.first &* lanes
        let start = part.columns > 0 ? w.start &+ w.first &* c.dilationWidth : 0
        filterTile(OnePixel.self, part, filter.input + start &* lanes, lanes, sink, rowPixel &+ ow)
        ow &+= 1
    }
}

private func innerPixels(_ f: FilterRows, _ input: UnsafePointer<Float>, _ stride: Int, _ sink: DepthwiseSink, _ pixel: Int, _ count: Int) {
    var done = 0
    while done &+ 8 <= count {
        filterTile(EightPixels.self, f, input + done &* stride, stride, sink, pixel &+ done)
        done &+= 8
    }
    if done &+ 4 <= count {
        filterTile(FourPixels.self, f, input + done &* stride, stride, sink, pixel &+ done)
        done &+= 4
    }
    while done < count {
        filterTile(OnePixel.self, f, input + done &* stride, stride, sink, pixel &+ done)
        done &+= 1
    }
}

private func innerPixels3(_ f: FilterRows, _ input: UnsafePointer<Float>, _ sink: DepthwiseSink, _ pixel: Int, _ count: Int) {
    var done = 0
    while done &+ 8 <= count {
        filterTile3(EightPixels.self, f, input + done &* lanes, sink, pixel &+ done)
        done &+= 8
    }
    if done &+ 4 <= count {
        filterTile3(FourPixels.self, f, input + done &* lanes, sink, pixel &+ done)
        done &+= 4
    }
    if done &+ 2 <= count {
        filterTile3(TwoPixels.self, f, input + done &* lanes, sink, pixel &+ done)
        done &+= 2
    }
    if done < count { filterTile3(OnePixel.self, f, input + done &* lanes, sink, pixel &+ done) }
}

private func innerPixels5(_ f: FilterRows, _ input: UnsafePointer<Float>, _ sink: DepthwiseSink, _ pixel: Int, _ count: Int) {
    var done = 0
    while done &+ 8 <= count {
        filterTile5(EightPixels.self, f, input + done &* lanes, sink, pixel &+ done)
        done &+= 8
    }
    if done &+ 4 <= count {
        filterTile5(FourPixels.self, f, input + done &* lanes, sink, pixel &+ done)
        done &+= 4
    }
    if done &+ 2 <= count {
        filterTile5(TwoPixels.self, f, input + done &* lanes, sink, pixel &+ done)
        done &+= 2
    }
    if done < count { filterTile5(OnePixel.self, f, input + done &* lanes, sink, pixel &+ done) }
}
