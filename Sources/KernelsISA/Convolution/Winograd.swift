internal import CKernels
internal import KernelTable

// The 36 products of transformed tiles with transformed weights are pointwise convolutions of images whose pixels are the
// tiles, so they are the direct kernel's. Some tiles at a time, so that both sides of the products stay in the
// second-level cache.

@inline(__always) private func roundUp(_ channels: Int) -> Int { (channels &+ lanes &- 1) / lanes &* lanes }

/// Floats of both sides of the products at a time.
@inline(__always) private var workFloats: Int {
    #if ISA_AVX512
    160 &* 1024
    #else
    64 &* 1024
    #endif
}

/// Tiles along one axis.
@inline(__always) private func tileCount(_ outputs: Int) -> Int { (outputs &+ 3) / 4 }

/// Tiles worked on at a time: whole register tiles of the products.
@inline(__always)
private func chunkTiles(_ c: DirectConvolution, _ tiles: Int) -> Int {
    let perTile = 36 &* (roundUp(c.inputChannels) &+ roundUp(c.outputChannels))
    let groups = workFloats / (perTile &* tilePixels)
    let most = (groups < 1 ? 1 : groups) &* tilePixels
    if tiles <= most { return tiles }
    // Evenly, in whole register tiles.
    let chunks = (tiles &+ most &- 1) / most
    return ((tiles &+ chunks &- 1) / chunks &+ tilePixels &- 1) / tilePixels &* tilePixels
}

/// Distance of the 36 images: a cache line more than they need, lest all of them meet in the same sets.
@inline(__always)
private func imageFloats(_ channels: Int, _ tiles: Int) -> Int { roundUp(channels) &* tiles &+ lanes }

func winograd_f32_pays(_ c: DirectConvolution) -> Bool {
    guard !c.isPlanar, c.kernelHeight == 3, c.kernelWidth == 3, c.strideHeight == 1, c.strideWidth == 1, c.dilationHeight == 1,
        c.dilationWidth == 1
    else { return false }
    // Few tiles do not repay the reading of four times the weights; few channels not the transforms.
    return tileCount(c.outputHeight) &* tileCount(c.outputWidth) >= 9 && c.inputChannels >= 16 && c.outputChannels >= 16
}

func winograd_f32_packed_floats(_ outputChannels: Int, _ inputChannels: Int) -> Int {
    36 &* conv_f32_packed_floats(outputChannels, inputChannels, 1, false)
}

/// 36 sets of pointwise weights, packed as ``conv_f32_pack`` packs them.
func winograd_f32_pack(
    _ weights: UnsafePointer<Float>, _ outputChannels: Int, _ inputChannels: Int, _ packed: UnsafeMutablePointer<Float>
) {
    let setFloats = conv_f32_packed_floats(outputChannels, inputChannels, 1, false)
    var first = 0
    var to = packed
    while first < outputChannels {
        let width = outputChannels &- first > lanes ? 2 &* lanes : lanes
        var input = 0
        while input < inputChannels {
            var o = 0
            while o < width {
                let channel = first &+ o
                var index = 0
                while index < 36 {
                    to[index &* setFloats &+ o] =
                        channel < outputChannels
                        ? winogradWeight(weights + (channel &* inputChannels &+ input) &* 9, index / 6, index % 6) : 0
                    index &+= 1
                }
                o &+= 1
            }
            to += width
            input &+= 1
        }
        first &+= width
    }
}

func winograd_f32_scratch(_ c: DirectConvolution) -> Int {
    let tiles = tileCount(c.outputHeight) &* tileCount(c.outputWidth)
    guard tiles > 0 else { return 0 }
    let chunk = chunkTiles(c, tiles)
    return 36 &* (lanes &+ imageFloats(c.inputChannels, chunk) &+ imageFloats(c.outputChannels, chunk))
}

func winograd_f32(_ call: DirectConvolution, _ tileRows: Range<Int>) {
    let columns = tileCount(call.outputWidth)
    let end = tileRows.upperBound &* columns
    guard columns > 0, let scratch = call.scratch else { return }
    let chunk = chunkTiles(call, tileCount(call.outputHeight) &* columns)
    let inputs = scratch + 36 &* lanes
    var tile = tileRows.lowerBound &* columns
    while tile < end {
        let tiles = end &- tile < chunk ? end &- tile : chunk
        let products = inputs + 36 &* imageFloats(call.inputChannels, tiles)
        transformInput(call, tile, tiles, inputs, scratch)
        multiply(call, tiles, UnsafePointer(inputs), products)
        transformOutput(call, tile, tiles, UnsafePointer(products), scratch)
        tile &+= tiles
    }
}

private func transformInput(
    _ c: DirectConvolution, _ firstTile: Int, _ tiles: Int, _ to: UnsafeMutablePointer<Float>, _ temporary: UnsafeMutablePointer<Float>
) {
    let columns = tileCount(c.outputWidth)
    let stride = imageFloats(c.inputChannels, tiles)
    let rowFloats = c.inputWidth &* lanes
    var block = 0
    while block &* lanes < c.inputChannels {
        let image = c.input + block &* c.inputHeight &* rowFloats
        var t = 0
        while t < tiles {
            let top = (firstTile &+ t) / columns &* 4 &- c.padTop
            let left = (firstTile &+ t) % columns &* 4 &- c.padLeft
            let target = to + (block &* tiles &+ t) &* lanes
            if top >= 0, left >= 0, top &+ 6 <= c.inputHeight, left &+ 6 <= c.inputWidth {
                let at = image + top &* rowFloats + left &* lanes
                winogradInput(target, stride, temporary) { load(at + $0 &* rowFloats + $1 &* lanes) }
            } else {
                winogradInput(target, stride, temporary) { row, column in
                    let y = top &+ row
                    let x = left &+ column
                    guard y >= 0, y < c.inputHeight, x >= 0, x < c.inputWidth else { return splat(0) }
                    return load(image + y &* rowFloats + x &* lanes)
                }
            }
            t &+= 1
        }
        block &+= 1
    }
}

private func multiply(_ c: DirectConvolution, _ tiles: Int, _ inputs: UnsafePointer<Float>, _ products: UnsafeMutablePointer<Float>) {
    let fullBlocks = c.inputChannels / lanes
    var walk = Walk(
        outer: roundUp(c.inputChannels) / lanes, fullOuter: fullBlocks, outerStride: tiles &* lanes, rows: 1, rowStride: 0, columns: 1, columnStride: 0, run: lanes, pixelStride: lanes,
        tailColumns: 1, tailColumnStride: 0, tailRun: c.inputChannels % lanes)
    var call = c
    call.kernelHeight = 1
    call.kernelWidth = 1
    call.outputHeight = 1
    call.outputWidth = tiles
    call.bias = nil
    call.residual = nil
    call.activation = .identity
    let setFloats = conv_f32_packed_floats(c.outputChannels, c.inputChannels, 1, false)
    let panels = (c.outputChannels &+ 2 &* lanes &- 1) / (2 &* lanes)
    var index = 0
    while index < 36 {
        call.weights = c.weights + index &* setFloats
        call.output = products + index &* imageFloats(c.outputChannels, tiles)
        let input = inputs + index &* imageFloats(c.inputChannels, tiles)
        withUnsafePointer(to: &walk) { walk in
            withUnsafePointer(to: &call) { call in
                var panel = 0
                while panel < panels {
                    convolveRow(call, walk, panel, input, 0, tiles)
                    panel &+= 1
                }
            }
        }
        index &+= 1
    }
}

private func transformOutput(
    _ c: DirectConvolution, _ firstTile: Int, _ tiles: Int, _ from: UnsafePointer<Float>, _ temporary: UnsafeMutablePointer<Float>
) {
    let columns = tileCount(c.outputWidth)
    let stride = imageFloats(c.outputChannels, tiles)
    let plane = c.outputHeight &* c.outputWidth &* lanes
    let limits = activationLimits(c.activation)
    let low = splat(limits.low)
    let high = splat(limits.high)
    let late = isLate(c.activation)
    var block = 0
    while block &* lanes < c.outputChannels {
        let left = c.outputChannels &- block &* lanes
        let bias = c.bias.map { left >= lanes ? load($0 + block &* lanes) : load($0 + block &* lanes, partial: left) } ?? splat(0)
        let output = c.output + block &* plane
        let residual = c.residual.map { $0 + block &* plane }
        var t = 0
        while t < tiles {
            let top = (firstTile &+ t) / columns &* 4
            let left = (firstTile &+ t) % columns &* 4
            winogradOutput(from + (block &* tiles &+ t) &* lanes, stride, temporary) { row, column, sum in
                guard top &+ row < c.outputHeight, left &+ column < c.outputWidth else { return }
                let offset = ((top &+ row) &* c.outputWidth &+ left &+ column) &* lanes
                var x = sum + bias
                if let residual { x = x + load(residual + offset) }
                store(ck_min(ck_max(x, low), high), output + offset)
                if late, column == 3 || left &+ column &+ 1 == c.outputWidth {
                    let start = output + offset - column &* lanes
                    activate_f32(c.activation, start, start, (column &+ 1) &* lanes)
                }
            }
            t &+= 1
        }
        block &+= 1
    }
}
