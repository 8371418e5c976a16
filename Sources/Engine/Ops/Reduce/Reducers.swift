internal import Kernels

enum RealSum<R: RealElement & SIMDScalar>: LaneReducer {
    static var identity: R { 0 }
    @inline(__always) static func combine(_ partial: R, _ element: R) -> R { partial + element }
    @inline(__always) static func merge(_ a: R, _ b: R) -> R { a + b }
    @inline(__always) static func combine(_ partial: SIMD16<R>, _ elements: SIMD16<R>) -> SIMD16<R> { partial + elements }

    static func rows(_ x: UnsafePointer<R>, _ y: UnsafeMutablePointer<R>, _ rows: Int, _ columns: Int) {
        if FloatRows.fold(Kernels.table.rows.sum, x, y, rows, columns) { return }
        for index in 0..<rows { y[index] = row(x + index * columns, columns) }
    }
}

enum RealMagnitudeSum<R: RealElement & SIMDScalar>: LaneReducer {
    static var identity: R { 0 }
    @inline(__always) static func combine(_ partial: R, _ element: R) -> R { partial + element.magnitude }
    @inline(__always) static func merge(_ a: R, _ b: R) -> R { a + b }

    @inline(__always)
    static func combine(_ partial: SIMD16<R>, _ elements: SIMD16<R>) -> SIMD16<R> {
        partial + elements.replacing(with: -elements, where: elements .< 0)
    }
}

enum RealSquareSum<R: RealElement & SIMDScalar>: LaneReducer {
    static var identity: R { 0 }
    @inline(__always) static func combine(_ partial: R, _ element: R) -> R { partial + element * element }
    @inline(__always) static func merge(_ a: R, _ b: R) -> R { a + b }

    @inline(__always)
    static func combine(_ partial: SIMD16<R>, _ elements: SIMD16<R>) -> SIMD16<R> { partial + elements * elements }

    static func rows(_ x: UnsafePointer<R>, _ y: UnsafeMutablePointer<R>, _ rows: Int, _ columns: Int) {
        if FloatRows.fold(Kernels.table.rows.sumOfSquares, x, y, rows, columns) { return }
        for index in 0..<rows { y[index] = row(x + index * columns, columns) }
    }
}

enum RealProduct<R: RealElement & SIMDScalar>: LaneReducer {
    static var identity: R { 1 }
    @inline(__always) static func combine(_ partial: R, _ element: R) -> R { partial * element }
    @inline(__always) static func merge(_ a: R, _ b: R) -> R { a * b }
    @inline(__always) static func combine(_ partial: SIMD16<R>, _ elements: SIMD16<R>) -> SIMD16<R> { partial * elements }
}

/// NaN when any element is.
enum RealMaximum<R: RealElement & SIMDScalar>: LaneReducer {
    static var identity: R { -.infinity }
    @inline(__always) static func combine(_ partial: R, _ element: R) -> R { R.larger(partial, element) }
    @inline(__always) static func merge(_ a: R, _ b: R) -> R { R.larger(a, b) }

    @inline(__always)
    static func combine(_ partial: SIMD16<R>, _ elements: SIMD16<R>) -> SIMD16<R> {
        elements.replacing(with: partial, where: (partial .> elements) .| (partial .!= partial))
    }

    static func rows(_ x: UnsafePointer<R>, _ y: UnsafeMutablePointer<R>, _ rows: Int, _ columns: Int) {
        if FloatRows.fold(Kernels.table.rows.maximum, x, y, rows, columns) { return }
        for index in 0..<rows { y[index] = row(x + index * columns, columns) }
    }
}

/// NaN when any element is.
enum RealMinimum<R: RealElement & SIMDScalar>: LaneReducer {
    static var identity: R { .infinity }
    @inline(__always) static func combine(_ partial: R, _ element: R) -> R { R.smaller(partial, element) }
    @inline(__always) static func merge(_ a: R, _ b: R) -> R { R.smaller(a, b) }

    @inline(__always)
    static func combine(_ partial: SIMD16<R>, _ elements: SIMD16<R>) -> SIMD16<R> {
        elements.replacing(with: partial, where: (partial .< elements) .| (partial .!= partial))
    }

    static func rows(_ x: UnsafePointer<R>, _ y: UnsafeMutablePointer<R>, _ rows: Int, _ columns: Int) {
        if FloatRows.fold(Kernels.table.rows.minimum, x, y, rows, columns) { return }
        for index in 0..<rows { y[index] = row(x + index * columns, columns) }
    }
}

enum IntegerSum<I: WideInteger>: Reducer {
    static var identity: I { 0 }
    @inline(__always) static func combine(_ partial: I, _ element: I) -> I { partial &+ element }
    @inline(__always) static func merge(_ a: I, _ b: I) -> I { a &+ b }
}

enum IntegerMagnitudeSum<I: WideInteger>: Reducer {
    static var identity: I { 0 }
    @inline(__always) static func combine(_ partial: I, _ element: I) -> I { partial &+ (element < 0 ? 0 &- element : element) }
    @inline(__always) static func merge(_ a: I, _ b: I) -> I { a &+ b }
}

enum IntegerSquareSum<I: WideInteger>: Reducer {
    static var identity: I { 0 }
    @inline(__always) static func combine(_ partial: I, _ element: I) -> I { partial &+ element &* element }
    @inline(__always) static func merge(_ a: I, _ b: I) -> I { a &+ b }
}

enum IntegerProduct<I: WideInteger>: Reducer {
    static var identity: I { 1 }
    @inline(__always) static func combine(_ partial: I, _ element: I) -> I { partial &* element }
    @inline(__always) static func merge(_ a: I, _ b: I) -> I { a &* b }
}

enum IntegerMaximum<I: WideInteger>: Reducer {
    static var identity: I { .min }
    @inline(__always) static func combine(_ partial: I, _ element: I) -> I { partial > element ? partial : element }
    @inline(__always) static func merge(_ a: I, _ b: I) -> I { a > b ? a : b }
}

enum IntegerMinimum<I: WideInteger>: Reducer {
    static var identity: I { .max }
    @inline(__always) static func combine(_ partial: I, _ element: I) -> I { partial < element ? partial : element }
    @inline(__always) static func merge(_ a: I, _ b: I) -> I { a < b ? a : b }
}

private enum FloatRows {
    /// Folds rows by a kernel; false when they are not of single precision.
    @inline(__always)
    static func fold<R>(
        _ kernel: ReduceKernel, _ x: UnsafePointer<R>, _ y: UnsafeMutablePointer<R>, _ rows: Int, _ columns: Int
    ) -> Bool {
        guard R.self == Float.self else { return false }
        kernel(
            UnsafeRawPointer(x).assumingMemoryBound(to: Float.self), UnsafeMutableRawPointer(y).assumingMemoryBound(to: Float.self),
            rows, columns)
        return true
    }
}
