internal import CKernels
internal import KernelTable

@inline(__always)
private func loadInts(_ p: UnsafePointer<Int32>) -> VI { UnsafeRawPointer(p).loadUnaligned(as: VI.self) }

func dequantize_sums(
    _ x: UnsafePointer<Int32>, _ rowScale: Float, _ columnScale: UnsafePointer<Float>?, _ bias: UnsafePointer<Float>?,
    _ activation: Activation,
    _ y: UnsafeMutablePointer<Float>, _ count: Int
) {
    let row = splat(rowScale)
    // The bits of the integers, moved as floats: a partial load reads nothing beyond them.
    let bits = UnsafeRawPointer(x).assumingMemoryBound(to: Float.self)
    sweep(count) { i in
        var scale = row
        if let columnScale { scale = scale * load(columnScale + i) }
        var v = ck_i32_to_f32(loadInts(x + i)) * scale
        if let bias { v = v + load(bias + i) }
        store(v, y + i)
    } tail: { i, left in
        var scale = row
        if let columnScale { scale = scale * load(columnScale + i, partial: left) }
        var v = ck_i32_to_f32(ck_bits(load(bits + i, partial: left))) * scale
        if let bias { v = v + load(bias + i, partial: left) }
        store(v, y + i, partial: left)
    }
    activate_f32(activation, y, y, count)
}

/// round(x / scale) + zero point within the byte's range, as whole floats.
@inline(__always)
private func quantized(_ x: V, _ scale: V, _ zero: V, _ low: V, _ high: V) -> VI {
    // The comparison puts a NaN at the lower end.
    let q = ck_round_even(x / scale) + zero
    return ck_f32_to_i32(ck_min(ck_max(low, q), high))
}

func quantize_row(
    _ x: UnsafePointer<Float>, _ scale: Float, _ zeroPoint: Int32, _ isSigned: Bool, _ y: UnsafeMutablePointer<UInt8>, _ count: Int
) {
    let s = splat(scale)
    let zero = splat(Float(zeroPoint))
    let low = splat(isSigned ? -128 : 0)
    let high = splat(isSigned ? 127 : 255)
    sweep(count) { i in
        let bytes = ck_i32_to_u8(quantized(load(x + i), s, zero, low, high))
        UnsafeMutableRawPointer(y + i).storeBytes(of: bytes, as: ck_u8.self)
    } tail: { i, left in
        let bytes = ck_i32_to_u8(quantized(load(x + i, partial: left), s, zero, low, high))
        var k = 0
        while k < left {
            y[i &+ k] = bytes[k]
            k &+= 1
        }
    }
}

func dequantize_row(
    _ x: UnsafePointer<UInt8>, _ isSigned: Bool, _ scale: Float, _ zeroPoint: Int32, _ y: UnsafeMutablePointer<Float>, _ count: Int
) {
    let s = splat(scale)
    let flip = isSigned ? ck_u8(repeating: 0x80) : ck_u8(repeating: 0)
    // A signed byte with its top bit turned is itself plus 128, unsigned.
    let zero = isplat(isSigned ? zeroPoint &+ 128 : zeroPoint)
    sweep(count) { i in
        let bytes = UnsafeRawPointer(x + i).loadUnaligned(as: ck_u8.self) ^ flip
        store(ck_i32_to_f32(ck_u8_to_i32(bytes) &- zero) * s, y + i)
    } tail: { i, left in
        var bytes = ck_u8(repeating: 0)
        var k = 0
        while k < left {
            bytes[k] = x[i &+ k]
            k &+= 1
        }
        store(ck_i32_to_f32(ck_u8_to_i32(bytes ^ flip) &- zero) * s, y + i, partial: left)
    }
}
