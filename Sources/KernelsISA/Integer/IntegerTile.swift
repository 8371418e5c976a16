internal import CKernels

/// How four bytes of a row and of a column make part of a sum.
protocol DotProduct {
    /// Elements of the depth in one 32-bit unit.
    static var unit: Int { get }
    static func add(_ sum: VI, _ a: VI, _ b: VI) -> VI
}

/// Pairs of 16-bit numbers: bytes are widened when they are packed, so nothing saturates.
struct WordPairs: DotProduct {
    @inline(__always) static var unit: Int { 2 }
    @inline(__always) static func add(_ sum: VI, _ a: VI, _ b: VI) -> VI { ck_dot_i16(sum, a, b) }
}

#if ISA_AVX512
    /// Four unsigned bytes by four signed ones, by AVX-512 VNNI.
    struct ByteQuads: DotProduct {
        @inline(__always) static var unit: Int { 4 }
        @inline(__always) static func add(_ sum: VI, _ a: VI, _ b: VI) -> VI { ck_dot_u8_i8(sum, a, b) }
    }
#endif

/// Rows of 32-bit sums in registers, two vectors each; compare ``Tile``.
protocol IntegerTile {
    static var rows: Int { get }
    init()
    mutating func step<D: DotProduct>(_: D.Type, _ a: UnsafePointer<Int32>, _ b0: VI, _ b1: VI)
    func store(_ c: UnsafeMutablePointer<Int32>, _ stride: Int)
}

struct IntegerRow: IntegerTile {
    var x = VI(repeating: 0)
    var y = VI(repeating: 0)
    @inline(__always) static var rows: Int { 1 }
    @inline(__always) init() {}
    @inline(__always) mutating func step<D: DotProduct>(_: D.Type, _ a: UnsafePointer<Int32>, _ b0: VI, _ b1: VI) {
        let v = isplat(a.pointee)
        x = D.add(x, v, b0)
        y = D.add(y, v, b1)
    }
    @inline(__always) func store(_ c: UnsafeMutablePointer<Int32>, _ stride: Int) {
        let raw = UnsafeMutableRawPointer(c)
        raw.storeBytes(of: x, as: VI.self)
        raw.storeBytes(of: y, toByteOffset: 4 &* lanes, as: VI.self)
    }
}

struct IntegerStack<A: IntegerTile, B: IntegerTile>: IntegerTile {
    var a = A()
    var b = B()
    @inline(__always) static var rows: Int { A.rows &+ B.rows }
    @inline(__always) init() {}
    @inline(__always) mutating func step<D: DotProduct>(_ d: D.Type, _ p: UnsafePointer<Int32>, _ b0: VI, _ b1: VI) {
        a.step(d, p, b0, b1)
        b.step(d, p + A.rows, b0, b1)
    }
    @inline(__always) func store(_ c: UnsafeMutablePointer<Int32>, _ stride: Int) {
        a.store(c, stride)
        b.store(c + A.rows &* stride, stride)
    }
}

typealias Integer2 = IntegerStack<IntegerRow, IntegerRow>
typealias Integer4 = IntegerStack<Integer2, Integer2>
typealias Integer6 = IntegerStack<Integer4, Integer2>
typealias Integer8 = IntegerStack<Integer4, Integer4>
typealias Integer12 = IntegerStack<Integer8, Integer4>

@inline(__always)
private func multiplyTile<T: IntegerTile, D: DotProduct>(
    _: T.Type, _ d: D.Type, _ units: Int, _ a: UnsafePointer<Int32>, _ b: UnsafeRawPointer, _ c: UnsafeMutablePointer<Int32>, _ stride: Int
) {
    var tile = T()
    var a = a
    var b = b
    var left = units
    while left > 0 {
        tile.step(d, a, b.loadUnaligned(as: VI.self), b.loadUnaligned(fromByteOffset: 4 &* lanes, as: VI.self))
        a += T.rows
        b += 8 &* lanes
        left &-= 1
    }
    tile.store(c, stride)
}

/// Rows of a full tile and of the smaller ones: a tile of any other height is padded to the next.
@inline(__always) func integerTileRows(_ rows: Int) -> Int {
    #if ISA_AVX512
        rows > 8 ? 12 : rows > 4 ? 8 : rows > 2 ? 4 : rows
    #elseif ISA_AVX2
        rows > 4 ? 6 : rows > 2 ? 4 : rows
    #else
        rows > 2 ? 4 : rows
    #endif
}

/// The sums of one tile: C is rows × 2·lanes.
@inline(__always)
func multiplyIntegerTile<D: DotProduct>(
    _ d: D.Type, _ rows: Int, _ units: Int, _ a: UnsafePointer<Int32>, _ b: UnsafeRawPointer, _ c: UnsafeMutablePointer<Int32>,
    _ stride: Int
) {
    switch rows {
    case 1: multiplyTile(IntegerRow.self, d, units, a, b, c, stride)
    case 2: multiplyTile(Integer2.self, d, units, a, b, c, stride)
    case 4: multiplyTile(Integer4.self, d, units, a, b, c, stride)
    #if ISA_AVX2
        case 6: multiplyTile(Integer6.self, d, units, a, b, c, stride)
    #endif
    #if ISA_AVX512
        case 8: multiplyTile(Integer8.self, d, units, a, b, c, stride)
        case 12: multiplyTile(Integer12.self, d, units, a, b, c, stride)
    #endif
    default: break
    }
}

/// The sums of one row over four panels at once: C is 1 × 8·lanes.
@inline(__always)
func multiplyWideRow<D: DotProduct>(
    _ d: D.Type, _ units: Int, _ a: UnsafePointer<Int32>, _ b: UnsafeRawPointer, _ c: UnsafeMutablePointer<Int32>
) {
    let panelBytes = 8 &* lanes &* units
    var t0 = IntegerRow()
    var t1 = IntegerRow()
    var t2 = IntegerRow()
    var t3 = IntegerRow()
    var a = a
    var b0 = b
    var b1 = b + panelBytes
    var b2 = b + 2 &* panelBytes
    var b3 = b + 3 &* panelBytes
    var left = units
    while left > 0 {
        t0.step(d, a, b0.loadUnaligned(as: VI.self), b0.loadUnaligned(fromByteOffset: 4 &* lanes, as: VI.self))
        t1.step(d, a, b1.loadUnaligned(as: VI.self), b1.loadUnaligned(fromByteOffset: 4 &* lanes, as: VI.self))
        t2.step(d, a, b2.loadUnaligned(as: VI.self), b2.loadUnaligned(fromByteOffset: 4 &* lanes, as: VI.self))
        t3.step(d, a, b3.loadUnaligned(as: VI.self), b3.loadUnaligned(fromByteOffset: 4 &* lanes, as: VI.self))
        a += 1
        b0 += 8 &* lanes
        b1 += 8 &* lanes
        b2 += 8 &* lanes
        b3 += 8 &* lanes
        left &-= 1
    }
    t0.store(c, 0)
    t1.store(c + 2 &* lanes, 0)
    t2.store(c + 4 &* lanes, 0)
    t3.store(c + 6 &* lanes, 0)
}
