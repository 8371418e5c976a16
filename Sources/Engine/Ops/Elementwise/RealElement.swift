internal import Glibc

/// `Float` and `Double`, with the functions that element-wise operators need of both.
protocol RealElement: Real, ComputeElement, LoadableElement {
    /// eˣ − 1, exact near zero.
    static func expMinusOne(_ x: Self) -> Self
    /// log(1 + x), exact near zero.
    static func logOnePlus(_ x: Self) -> Self
    static func tan(_ x: Self) -> Self
    static func asin(_ x: Self) -> Self
    static func acos(_ x: Self) -> Self
    static func atan(_ x: Self) -> Self
    static func sinh(_ x: Self) -> Self
    static func cosh(_ x: Self) -> Self
    static func asinh(_ x: Self) -> Self
    static func acosh(_ x: Self) -> Self
    static func atanh(_ x: Self) -> Self
    static func remainder(_ x: Self, truncatedBy y: Self) -> Self
}

extension RealElement {
    /// log(1 + eˣ), without overflow.
    @inline(__always)
    static func softplus(_ x: Self) -> Self {
        x > 0 ? x + logOnePlus(exp(-x)) : logOnePlus(exp(x))
    }

    /// The larger; NaN when either is.
    @inline(__always)
    static func larger(_ a: Self, _ b: Self) -> Self { a > b || a != a ? a : b }

    /// The smaller; NaN when either is.
    @inline(__always)
    static func smaller(_ a: Self, _ b: Self) -> Self { a < b || a != a ? a : b }
}

/// `Int64` and `UInt64`.
protocol WideInteger: FixedWidthInteger, ComputeElement, LoadableElement {}
extension Int64: WideInteger {}
extension UInt64: WideInteger {}
/// Arithmetic modulo 2³² gives the bits that arithmetic modulo 2⁶⁴ leaves after it is cut.
extension Int32: WideInteger {}

extension Float: RealElement {
    static func expMinusOne(_ x: Float) -> Float { expm1f(x) }
    static func logOnePlus(_ x: Float) -> Float { log1pf(x) }
    static func tan(_ x: Float) -> Float { tanf(x) }
    static func asin(_ x: Float) -> Float { asinf(x) }
    static func acos(_ x: Float) -> Float { acosf(x) }
    static func atan(_ x: Float) -> Float { atanf(x) }
    static func sinh(_ x: Float) -> Float { sinhf(x) }
    static func cosh(_ x: Float) -> Float { coshf(x) }
    static func asinh(_ x: Float) -> Float { asinhf(x) }
    static func acosh(_ x: Float) -> Float { acoshf(x) }
    static func atanh(_ x: Float) -> Float { atanhf(x) }
    static func remainder(_ x: Float, truncatedBy y: Float) -> Float { fmodf(x, y) }
}

extension Double: RealElement {
    static func expMinusOne(_ x: Double) -> Double { Glibc.expm1(x) }
    static func logOnePlus(_ x: Double) -> Double { Glibc.log1p(x) }
    static func tan(_ x: Double) -> Double { Glibc.tan(x) }
    static func asin(_ x: Double) -> Double { Glibc.asin(x) }
    static func acos(_ x: Double) -> Double { Glibc.acos(x) }
    static func atan(_ x: Double) -> Double { Glibc.atan(x) }
    static func sinh(_ x: Double) -> Double { Glibc.sinh(x) }
    static func cosh(_ x: Double) -> Double { Glibc.cosh(x) }
    static func asinh(_ x: Double) -> Double { Glibc.asinh(x) }
    static func acosh(_ x: Double) -> Double { Glibc.acosh(x) }
    static func atanh(_ x: Double) -> Double { Glibc.atanh(x) }
    static func remainder(_ x: Double, truncatedBy y: Double) -> Double { Glibc.fmod(x, y) }
}
