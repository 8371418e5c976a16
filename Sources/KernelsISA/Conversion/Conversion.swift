internal import CKernels
internal import KernelTable

@inline(__always)
private func load(_ p: UnsafePointer<UInt16>) -> ck_u16 { UnsafeRawPointer(p).loadUnaligned(as: ck_u16.self) }

@inline(__always)
private func store(_ v: ck_u16, _ p: UnsafeMutablePointer<UInt16>) { UnsafeMutableRawPointer(p).storeBytes(of: v, as: ck_u16.self) }

/// Runs `body` at each whole vector, and once more over the last elements by way of a vector of its own.
@inline(__always)
private func widen(_ x: UnsafePointer<UInt16>, _ y: UnsafeMutablePointer<Float>, _ count: Int, _ f: (ck_u16) -> V) {
    sweep(count) { i in
        storeFloats(f(load(x + i)), y + i)
    } tail: { i, left in
        var part = ck_u16(repeating: 0)
        var k = 0
        while k < left {
            part[k] = x[i &+ k]
            k &+= 1
        }
        store(f(part), y + i, partial: left)
    }
}

@inline(__always)
private func storeFloats(_ v: V, _ p: UnsafeMutablePointer<Float>) { UnsafeMutableRawPointer(p).storeBytes(of: v, as: V.self) }

@inline(__always)
private func narrow(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<UInt16>, _ count: Int, _ f: (V) -> ck_u16) {
    sweep(count) { i in
        store(f(UnsafeRawPointer(x + i).loadUnaligned(as: V.self)), y + i)
    } tail: { i, left in
        let part = f(load(x + i, partial: left))
        var k = 0
        while k < left {
            y[i &+ k] = part[k]
            k &+= 1
        }
    }
}

func half_to_f32(_ x: UnsafePointer<UInt16>, _ y: UnsafeMutablePointer<Float>, _ count: Int) {
    widen(x, y, count) { ck_half_to_f32($0) }
}

func f32_to_half(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<UInt16>, _ count: Int) {
    narrow(x, y, count) { ck_f32_to_half($0) }
}

@inline(__always)
private func brainToFloat(_ x: ck_u16) -> V { ck_from_bits(ck_u16_to_i32(x) &<< isplat(16)) }

func brain_to_f32(_ x: UnsafePointer<UInt16>, _ y: UnsafeMutablePointer<Float>, _ count: Int) {
    widen(x, y, count) { brainToFloat($0) }
}

@inline(__always)
private func brain(_ v: V) -> ck_u16 {
    let bits = ck_bits(v)
    let odd = (bits &>> isplat(16)) & isplat(1)
    let rounded = (bits &+ isplat(0x7FFF) &+ odd) &>> isplat(16)
    // Rounding must not carry a NaN over to another number.
    let quiet = (bits &>> isplat(16)) | isplat(0x40)
    return ck_i32_to_u16(rounded.replacing(with: quiet, where: ck_is_nan(v) .!= isplat(0)))
}

func f32_to_brain(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<UInt16>, _ count: Int) {
    narrow(x, y, count) { brain($0) }
}

func makeConversionKernels() -> ConversionKernels {
    ConversionKernels(halfToFloat: half_to_f32, floatToHalf: f32_to_half, brainToFloat: brain_to_f32, floatToBrain: f32_to_brain)
}
