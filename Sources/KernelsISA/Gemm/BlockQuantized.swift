internal import CKernels
internal import KernelTable

// A panel of 2·lanes columns is kept as [block, scales, zero points, depth of the block, columns], the columns of one depth
// being 2·lanes bytes, or lanes bytes with the second vector's columns in the upper halves. It is spread to floats one panel
// at a time, and from there on the product is that of floats.

@inline(__always) private var panelColumns: Int { 2 &* lanes }

@inline(__always) private func panelCount(_ columns: Int) -> Int { (columns &+ panelColumns &- 1) / panelColumns }

/// Bytes of one block of a panel.
@inline(__always)
private func blockBytes(_ layout: BlockQuantization) -> Int {
    panelColumns &* 8 &+ layout.blockSize &* (layout.bits == 4 ? lanes : panelColumns)
}

@inline(__always)
private func blockCount(_ layout: BlockQuantization, _ depth: Int) -> Int { (depth &+ layout.blockSize &- 1) / layout.blockSize }

func block_quantized_bytes(_ layout: BlockQuantization, _ depth: Int, _ columns: Int) -> Int {
    panelCount(columns) &* blockCount(layout, depth) &* blockBytes(layout)
}

/// The `index`th number of `bits` in a row of bytes, low bits first.
@inline(__always)
private func number(_ bytes: UnsafePointer<UInt8>, _ index: Int, _ bits: Int) -> UInt8 {
    bits == 8 ? bytes[index] : (bytes[index / 2] &>> UInt8(truncatingIfNeeded: index % 2 &* 4)) & 15
}

func block_quantized_pack(
    _ layout: BlockQuantization, _ b: UnsafePointer<UInt8>, _ scales: UnsafePointer<Float>, _ zeroPoints: UnsafePointer<UInt8>?,
    _ depth: Int,
    _ columns: Int, _ packed: UnsafeMutableRawPointer
) {
    let blocks = blockCount(layout, depth)
    let columnBytes = blocks &* layout.blockSize &* layout.bits / 8
    let zeroBytes = (blocks &* layout.bits &+ 7) / 8
    let bytesPerDepth = layout.bits == 4 ? lanes : panelColumns
    var column = 0
    while column < panelCount(columns) &* panelColumns {
        let place = column % panelColumns
        var block = 0
        while block < blocks {
            let to = packed + (column / panelColumns &* blocks &+ block) &* blockBytes(layout)
            let floats = to.assumingMemoryBound(to: Float.self)
            let bytes = (to + panelColumns &* 8).assumingMemoryBound(to: UInt8.self)
            let exists = column < columns
            floats[place] = exists ? scales[column &* blocks &+ block] : 0
            let middle = layout.bits == 4 ? 8 : 128
            let zero = !exists ? 0 : zeroPoints.map { Int(number($0 + column &* zeroBytes, block, layout.bits)) } ?? middle
            floats[panelColumns &+ place] = Float(zero)
            var k = 0
            while k < layout.blockSize {
                let value = exists ? number(b + column &* columnBytes, block &* layout.blockSize &+ k, layout.bits) : 0
                let row = bytes + k &* bytesPerDepth
                if layout.bits == 8 {
                    row[place] = value
                } else if place < lanes {
                    row[place] = value
                } else {
                    row[place &- lanes] |= value &<< 4
                }
                k &+= 1
            }
            block &+= 1
        }
        column &+= 1
    }
}

/// Spreads one panel to floats: [depth, 2·lanes].
private func spreadPanel(_ layout: BlockQuantization, _ panel: UnsafeRawPointer, _ depth: Int, _ to: UnsafeMutablePointer<Float>) {
    let bytesPerDepth = layout.bits == 4 ? lanes : panelColumns
    var target = to
    var from = panel
    var left = depth
    while left > 0 {
        let floats = from.assumingMemoryBound(to: Float.self)
        let scale0 = load(floats)
        let scale1 = load(floats + lanes)
        let zero0 = load(floats + 2 &* lanes)
        let zero1 = load(floats + 3 &* lanes)
        var bytes = from + panelColumns &* 8
        var k = left < layout.blockSize ? left : layout.blockSize
        left &-= k
        while k > 0 {
            let first = ck_u8_to_i32(bytes.loadUnaligned(as: ck_u8.self))
            let low = layout.bits == 4 ? first & isplat(15) : first
            let high = layout.bits == 4 ? first &>> isplat(4) : ck_u8_to_i32(bytes.loadUnaligned(fromByteOffset: lanes, as: ck_u8.self))
            store((ck_i32_to_f32(low) - zero0) * scale0, target)
            store((ck_i32_to_f32(high) - zero1) * scale1, target + lanes)
            target += panelColumns
            bytes += bytesPerDepth
            k &-= 1
        }
        from += blockBytes(layout)
    }
}

func block_quantized_scratch(_ rows: Int, _ columns: Int, _ depth: Int) -> Int { rows > 0 && columns > 0 ? panelColumns &* depth : 0 }

func gemm_block_quantized(_ call: GemmF32, _ layout: BlockQuantization, _ packed: UnsafeRawPointer) {
    guard call.rows > 0, call.columns > 0, let scratch = call.scratch else { return }
    let panelBytes = blockCount(layout, call.depth) &* blockBytes(layout)
    var column = 0
    var panel = packed
    while column < call.columns {
        let left = call.columns &- column
        spreadPanel(layout, panel, call.depth, scratch)
        var part = call
        part.columns = left < panelColumns ? left : panelColumns
        part.c = call.c + column
        part.packedB = UnsafePointer(scratch)
        part.scratch = nil
        part.epilogue.columnBias = call.epilogue.columnBias.map { $0 + column }
        part.epilogue.residual = call.epilogue.residual.map { $0 + column }
        gemm_f32_full_panel(part)
        panel += panelBytes
        column &+= panelColumns
    }
}

func makeBlockQuantizedKernels() -> BlockQuantizedKernels {
    BlockQuantizedKernels(
        packedBytes: block_quantized_bytes, packB: block_quantized_pack, scratchFloats: block_quantized_scratch,
        multiply: gemm_block_quantized)
}
