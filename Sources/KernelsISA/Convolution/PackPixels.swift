internal import CKernels
internal import KernelTable

/// Panels of pixels for a product: [panel, input channel, tap, pixel], as ``gemm_f32_pack_b`` lays out a B.
func conv_f32_pack_pixels(_ call: DirectConvolution, _ first: Int, _ count: Int, _ packed: UnsafeMutablePointer<Float>) {
    var c = call
    if c.kernelHeight == 1, c.kernelWidth == 1, c.strideHeight == 1, c.strideWidth == 1, c.padTop == 0, c.padLeft == 0,
        c.outputHeight == c.inputHeight, c.outputWidth == c.inputWidth
    {
        // One long row.
        c.inputWidth = c.inputWidth &* c.inputHeight
        c.outputWidth = c.inputWidth
        c.inputHeight = 1
        c.outputHeight = 1
    }
    let panel = 2 &* lanes
    let depth = c.inputChannels &* c.kernelHeight &* c.kernelWidth
    var done = 0
    var to = packed
    while done < count {
        let valid = count &- done < panel ? count &- done : panel
        let width = valid > lanes ? panel : lanes
        packPanel(c, first &+ done, valid, width, to)
        to += depth &* width
        done &+= valid
    }
}

private func packPanel(_ c: DirectConvolution, _ first: Int, _ valid: Int, _ width: Int, _ packed: UnsafeMutablePointer<Float>) {
    let depth = c.inputChannels &* c.kernelHeight &* c.kernelWidth
    var done = 0
    // Runs of pixels within one output row.
    while done < valid {
        let oh = (first &+ done) / c.outputWidth
        let ow = (first &+ done) % c.outputWidth
        let run = c.outputWidth &- ow < valid &- done ? c.outputWidth &- ow : valid &- done
        var to = packed + done
        var plane = c.input
        var channel = 0
        while channel < c.inputChannels {
            var kh = 0
            while kh < c.kernelHeight {
                let ih = oh &* c.strideHeight &+ kh &* c.dilationHeight &- c.padTop
                let row = plane + ih &* c.inputWidth
                var kw = 0
                while kw < c.kernelWidth {
                    if ih < 0 || ih >= c.inputHeight {
                        copyRun(row, 0, 0, run, 0, to)
                    } else {
                        copyRun(row, c.inputWidth, ow &* c.strideWidth &+ kw &* c.dilationWidth &- c.padLeft, run, c.strideWidth, to)
                    }
                    to += width
                    kw &+= 1
                }
                kh &+= 1
            }
            plane += c.inputHeight &* c.inputWidth
            channel &+= 1
        }
        done &+= run
    }
    var k = 0
    while k < depth, valid < width {
        var i = valid
        while i < width {
            packed[k &* width &+ i] = 0
            i &+= 1
        }
        k &+= 1
    }
}

/// to[i] = row[start + i·step], zero outside the `size` floats of the row.
@inline(__always)
private func copyRun(_ row: UnsafePointer<Float>, _ size: Int, _ start: Int, _ count: Int, _ step: Int, _ to: UnsafeMutablePointer<Float>) {
    if step == 1, start >= 0, start &+ count <= size {
        map(row + start, to, count, Same())
        return
    }
    var i = 0
    while i < count {
        let at = start &+ i &* step
        to[i] = at >= 0 && at < size ? row[at] : 0
        i &+= 1
    }
}
