internal import Glibc
internal import Tensors

/// A type that elements are computed in. Narrower types are widened to one of these and rounded once, at the end.
protocol ComputeType: BitwiseCopyable, Sendable, Comparable, AdditiveArithmetic {
    static var dataType: DataType { get }

    /// Widens `count` elements of `dataType`.
    static func load(_ source: UnsafeRawPointer, _ dataType: DataType, count: Int, into target: UnsafeMutablePointer<Self>)

    /// Rounds or wraps `count` elements to `dataType`.
    static func store(_ source: UnsafePointer<Self>, count: Int, into target: UnsafeMutableRawPointer, _ dataType: DataType)

    /// Columns of a packed right operand that belong together: a product may be split at their multiples.
    static var panelColumns: Int { get }

    /// Elements that a right operand takes when it is packed.
    static func packedCount(depth: Int, columns: Int) -> Int

    /// Packs the right operand whose element [p, j] is at `b[p·row + j·column]`.
    static func pack(
        _ b: UnsafePointer<Self>, _ strides: (row: Int, column: Int), depth: Int, columns: Int, into packed: UnsafeMutablePointer<Self>)

    /// See ``MatrixMultiply``; the right operand is packed.
    static func multiply(
        _ problem: MatrixMultiply, _ a: UnsafePointer<Self>, packed b: UnsafePointer<Self>, _ c: UnsafeMutablePointer<Self>)
}

/// A floating type that elements are computed in.
protocol Real: ComputeType, Summable, BinaryFloatingPoint {
    static func exp(_ x: Self) -> Self
    static func log(_ x: Self) -> Self
    static func tanh(_ x: Self) -> Self
    static func pow(_ x: Self, _ y: Self) -> Self
    static func sin(_ x: Self) -> Self
    static func cos(_ x: Self) -> Self
    static func erf(_ x: Self) -> Self
}

extension Real {
    /// 1 / (1 + e^-x), without overflow for any x.
    @inline(__always)
    static func sigmoid(_ x: Self) -> Self {
        if x >= 0 { return 1 / (1 + exp(-x)) }
        let e = exp(x)
        return e / (1 + e)
    }
}

extension Float: Real {
    static var dataType: DataType { .float32 }
    static func exp(_ x: Float) -> Float { expf(x) }
    static func log(_ x: Float) -> Float { logf(x) }
    static func tanh(_ x: Float) -> Float { tanhf(x) }
    static func pow(_ x: Float, _ y: Float) -> Float { powf(x, y) }
    static func sin(_ x: Float) -> Float { sinf(x) }
    static func cos(_ x: Float) -> Float { cosf(x) }
    static func erf(_ x: Float) -> Float { erff(x) }
}

extension Double: Real {
    static var dataType: DataType { .float64 }
    static func exp(_ x: Double) -> Double { Glibc.exp(x) }
    static func log(_ x: Double) -> Double { Glibc.log(x) }
    static func tanh(_ x: Double) -> Double { Glibc.tanh(x) }
    static func pow(_ x: Double, _ y: Double) -> Double { Glibc.pow(x, y) }
    static func sin(_ x: Double) -> Double { Glibc.sin(x) }
    static func cos(_ x: Double) -> Double { Glibc.cos(x) }
    static func erf(_ x: Double) -> Double { Glibc.erf(x) }
}

/// Integers of every width and sign: arithmetic modulo 2^64 gives the right bits after truncation.
extension Int64: ComputeType {
    static var dataType: DataType { .int64 }
}
