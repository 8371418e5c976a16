internal import CKernels

/// One vector register of floats, and the integers of the same width.
typealias V = ck_f32
typealias VI = ck_i32

@inline(__always) var lanes: Int { Int(CK_LANES) }

@inline(__always) func load(_ p: UnsafePointer<Float>) -> V { UnsafeRawPointer(p).loadUnaligned(as: V.self) }
@inline(__always) func store(_ v: V, _ p: UnsafeMutablePointer<Float>) { UnsafeMutableRawPointer(p).storeBytes(of: v, as: V.self) }
@inline(__always) func load(_ p: UnsafePointer<Float>, partial count: Int) -> V { ck_load_partial(p, count) }
@inline(__always) func store(_ v: V, _ p: UnsafeMutablePointer<Float>, partial count: Int) { ck_store_partial(p, v, count) }

@inline(__always) func splat(_ x: Float) -> V { V(repeating: x) }
@inline(__always) func isplat(_ x: Int32) -> VI { VI(repeating: x) }
/// a·b + c, fused where the instruction set can.
@inline(__always) func fma(_ a: V, _ b: V, _ c: V) -> V { ck_fma(a, b, c) }
@inline(__always) func fma(_ a: V, _ b: V, _ c: Float) -> V { ck_fma(a, b, splat(c)) }

/// Calls `full` at each whole vector of `count` elements, then `tail` once for what is left over.
@inline(__always)
func sweep(_ count: Int, full: (_ at: Int) -> Void, tail: (_ at: Int, _ left: Int) -> Void) {
    var i = 0
    let last = count &- lanes
    while i <= last {
        full(i)
        i &+= lanes
    }
    if i < count { tail(i, count &- i) }
}

/// A function of one vector. A type and not a closure: the compiler is then bound to inline it wherever it is applied.
protocol VectorMap {
    func callAsFunction(_ x: V) -> V
}

/// A function of two vectors.
protocol VectorPair {
    func callAsFunction(_ a: V, _ b: V) -> V
}

/// y[i] = f(x[i]), a vector at a time; the tail passes through the same `f`, so its bits do not depend on the place.
@inline(__always)
func map<F: VectorMap>(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int, _ f: F) {
    var i = 0
    let last = count &- lanes
    while i <= last {
        store(f(load(x + i)), y + i)
        i &+= lanes
    }
    if i < count { store(f(load(x + i, partial: count &- i)), y + i, partial: count &- i) }
}

struct Same: VectorMap {
    @inline(__always) func callAsFunction(_ x: V) -> V { x }
}

struct Sum: VectorPair {
    @inline(__always) func callAsFunction(_ a: V, _ b: V) -> V { a + b }
}

/// The larger of two, NaN if either is.
struct Larger: VectorPair {
    @inline(__always) func callAsFunction(_ a: V, _ b: V) -> V { ck_select(ck_is_nan(b), b, ck_max(a, b)) }
}

/// The smaller of two, NaN if either is.
struct Smaller: VectorPair {
    @inline(__always) func callAsFunction(_ a: V, _ b: V) -> V { ck_select(ck_is_nan(b), b, ck_min(a, b)) }
}
