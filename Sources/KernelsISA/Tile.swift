internal import CKernels
internal import KernelTable

/// Takes the finished sums of a tile.
protocol TileSink {
    func put(_ sum: V, row: Int, vector: Int)
}

/// Some rows of sums, one or two vectors each, held in registers. Compositions of it compile to plain registers, because
/// every type is known and everything is inlined; an array of accumulators would live in memory.
protocol Tile {
    static var rows: Int { get }
    /// Vectors in a row, 1 or 2.
    static var vectors: Int { get }
    /// All sums zero.
    init()
    /// Adds a[r·stride]·b to row r, for every row.
    mutating func step(_ a: UnsafePointer<Float>, _ stride: Int, _ b0: V, _ b1: V)
    func store<S: TileSink>(to sink: S, row: Int)
    /// All rows added up.
    var sum: V { get }
}

struct Row2: Tile {
    var x = V(repeating: 0)
    var y = V(repeating: 0)
    @inline(__always) static var rows: Int { 1 }
    @inline(__always) static var vectors: Int { 2 }
    @inline(__always) init() {}
    @inline(__always) var sum: V { x + y }
    @inline(__always) mutating func step(_ a: UnsafePointer<Float>, _ stride: Int, _ b0: V, _ b1: V) {
        let v = splat(a.pointee)
        x = fma(v, b0, x)
        y = fma(v, b1, y)
    }
    @inline(__always) func store<S: TileSink>(to sink: S, row: Int) {
        sink.put(x, row: row, vector: 0)
        sink.put(y, row: row, vector: 1)
    }
}

struct Row1: Tile {
    var x = V(repeating: 0)
    @inline(__always) static var rows: Int { 1 }
    @inline(__always) static var vectors: Int { 1 }
    @inline(__always) init() {}
    @inline(__always) var sum: V { x }
    @inline(__always) mutating func step(_ a: UnsafePointer<Float>, _ stride: Int, _ b0: V, _ b1: V) {
        x = fma(splat(a.pointee), b0, x)
    }
    @inline(__always) func store<S: TileSink>(to sink: S, row: Int) { sink.put(x, row: row, vector: 0) }
}

struct Stack<A: Tile, B: Tile>: Tile {
    var a = A()
    var b = B()
    @inline(__always) static var rows: Int { A.rows &+ B.rows }
    @inline(__always) static var vectors: Int { A.vectors }
    @inline(__always) init() {}
    @inline(__always) var sum: V { a.sum + b.sum }
    @inline(__always) mutating func step(_ p: UnsafePointer<Float>, _ stride: Int, _ b0: V, _ b1: V) {
        a.step(p, stride, b0, b1)
        b.step(p + A.rows &* stride, stride, b0, b1)
    }
    @inline(__always) func store<S: TileSink>(to sink: S, row: Int) {
        a.store(to: sink, row: row)
        b.store(to: sink, row: row &+ A.rows)
    }
}

typealias Two<R: Tile> = Stack<R, R>
typealias Three<R: Tile> = Stack<Two<R>, R>
typealias Four<R: Tile> = Stack<Two<R>, Two<R>>
typealias Five<R: Tile> = Stack<Four<R>, R>
typealias Six<R: Tile> = Stack<Four<R>, Two<R>>
typealias Seven<R: Tile> = Stack<Four<R>, Three<R>>
typealias Eight<R: Tile> = Stack<Four<R>, Four<R>>
typealias Nine<R: Tile> = Stack<Eight<R>, R>
typealias Ten<R: Tile> = Stack<Eight<R>, Two<R>>
typealias Eleven<R: Tile> = Stack<Eight<R>, Three<R>>
typealias Twelve<R: Tile> = Stack<Eight<R>, Four<R>>
typealias Thirteen<R: Tile> = Stack<Twelve<R>, R>
typealias Fourteen<R: Tile> = Stack<Twelve<R>, Two<R>>

/// The limits that an activation puts on a sum, for those that are nothing else; ``isLate(_:)`` names the others.
@inline(__always)
func activationLimits(_ activation: Activation) -> (low: Float, high: Float) {
    switch activation.kind {
    case .relu: (0, .infinity)
    case .clip: (activation.alpha, activation.beta)
    default: (-.infinity, .infinity)
    }
}

/// Activations that tiles do not apply themselves: they sweep over a stored tile while it is in the first-level cache.
@inline(__always)
func isLate(_ activation: Activation) -> Bool {
    switch activation.kind {
    case .identity, .relu, .clip: false
    default: true
    }
}

/// Tiles that `count` rows are shared among evenly: 49 rows in tiles of up to 12 are ten, ten, ten, ten and nine.
struct Shares {
    let tiles: Int
    private let base: Int
    private let extra: Int

    @inline(__always)
    init(_ count: Int, tileRows: Int) {
        tiles = (count &+ tileRows &- 1) / tileRows
        base = tiles == 0 ? 0 : count / tiles
        extra = tiles == 0 ? 0 : count % tiles
    }

    @inline(__always) func first(_ tile: Int) -> Int { tile &* base &+ (tile < extra ? tile : extra) }
    @inline(__always) func count(_ tile: Int) -> Int { tile < extra ? base &+ 1 : base }
}
