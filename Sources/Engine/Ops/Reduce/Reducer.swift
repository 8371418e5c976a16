/// How a sequence of elements is folded into one, from any number of partial results.
///
/// The order of the fold depends on nothing but the shape of one reduction, so that its bits do not depend on the batch
/// or on the threads.
protocol Reducer: Sendable {
    associatedtype Element: ComputeElement

    static var identity: Element { get }
    /// The fold of one more element.
    static func combine(_ partial: Element, _ element: Element) -> Element
    /// The fold of two partial results.
    static func merge(_ a: Element, _ b: Element) -> Element
    /// The fold of `count` neighbouring elements.
    static func row(_ x: UnsafePointer<Element>, _ count: Int) -> Element
    /// The folds of `rows` dense rows of `columns` elements.
    static func rows(_ x: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>, _ rows: Int, _ columns: Int)
}

extension Reducer {
    @inline(__always)
    static func rows(_ x: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>, _ rows: Int, _ columns: Int) {
        for index in 0..<rows { y[index] = row(x + index * columns, columns) }
    }

    @inline(__always)
    static func row(_ x: UnsafePointer<Element>, _ count: Int) -> Element {
        var partial = identity
        for index in 0..<count { partial = combine(partial, x[index]) }
        return partial
    }
}

/// A reducer of floats, whose rows are folded in sixteen lanes and the lanes in a fixed tree.
protocol LaneReducer: Reducer where Element: RealElement & SIMDScalar {
    static func combine(_ partial: SIMD16<Element>, _ elements: SIMD16<Element>) -> SIMD16<Element>
}

extension LaneReducer {
    @inline(__always)
    static func row(_ x: UnsafePointer<Element>, _ count: Int) -> Element {
        var index = 0
        var rest = identity
        guard count >= 16 else {
            while index < count {
                rest = combine(rest, x[index])
                index += 1
            }
            return rest
        }
        var lanes = SIMD16<Element>(repeating: identity)
        while index + 16 <= count {
            lanes = combine(lanes, UnsafeRawPointer(x + index).loadUnaligned(as: SIMD16<Element>.self))
            index += 16
        }
        while index < count {
            rest = combine(rest, x[index])
            index += 1
        }
        var width = 8
        while width > 0 {
            for lane in 0..<width { lanes[lane] = merge(lanes[lane], lanes[lane + width]) }
            width /= 2
        }
        return merge(lanes[0], rest)
    }
}
