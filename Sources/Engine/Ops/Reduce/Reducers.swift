enum RealSum<R: RealElement & SIMDScalar>: LaneReducer {
    static var identity: R { 0 }
    @inline(__always) static func combine(_ partial: R, _ element: R) -> R { partial + element }
    @inline(__always) static func merge(_ a: R, _ b: R) -> R { a + b }
    @inline(__always) static func combine(_ partial: SIMD16<R>, _ elements: SIMD16<R>) -> SIMD16<R> { partial + elements }
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
