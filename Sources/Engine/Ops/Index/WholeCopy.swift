import Tensors

/// A copy of all elements, which costs nothing where source and target are the same memory.
struct WholeCopy: ElementMovement {
    private let count: Int
    private let piece = 1 << 14

    static func apply(from source: Tensor, to target: Tensor, in run: NodeRun) {
        if source.dataType != .string, source.bytes == target.bytes { return }
        WholeCopy(count: source.count).apply(from: source, to: target, in: run)
    }

    private init(count: Int) { self.count = count }

    var pieceCount: Int { (count + piece - 1) / piece }
    var elementsPerPiece: Int { min(count, piece) }

    func move<Element>(
        _ pieces: Range<Int>, from source: UnsafePointer<Element>, to target: UnsafeMutablePointer<Element>
    ) {
        let first = pieces.lowerBound * piece
        (target + first).update(from: source + first, count: min(count, pieces.upperBound * piece) - first)
    }
}
