import Tensors

/// Moving elements whose meaning does not matter: written once, run for every element width and for strings.
protocol ElementMovement {
    /// Independent pieces of the work; any thread may do any of them.
    var pieceCount: Int { get }

    /// Elements that one piece moves, roughly.
    var elementsPerPiece: Int { get }

    /// Moves the elements of `pieces`. Every element of `target` is initialised already.
    func move<Element>(
        _ pieces: Range<Int>, from source: UnsafePointer<Element>, to target: UnsafeMutablePointer<Element>)
}

extension ElementMovement {
    /// Moves everything from `source` to `target`, which have the same data type.
    func apply(from source: Tensor, to target: Tensor, in run: NodeRun) {
        switch source.dataType.byteWidth {
        case 0: moveStrings(from: source, to: target)
        case 1: apply(UInt8.self, from: source, to: target, in: run)
        case 2: apply(UInt16.self, from: source, to: target, in: run)
        case 4: apply(UInt32.self, from: source, to: target, in: run)
        case 8: apply(UInt64.self, from: source, to: target, in: run)
        default: apply(WideElement.self, from: source, to: target, in: run)
        }
    }

    private func apply<Element: BitwiseCopyable>(
        _ type: Element.Type, from source: Tensor, to target: Tensor, in run: NodeRun
    ) {
        let from = source.pointer(as: type)
        let to = target.mutablePointer(as: type)
        let (bytes, overflow) = elementsPerPiece.multipliedReportingOverflow(by: 2 * MemoryLayout<Element>.stride)
        run.parallel(pieceCount, costPerPiece: overflow ? .max : bytes) { move($0, from: from, to: to) }
    }

    private func moveStrings(from source: Tensor, to target: Tensor) {
        var strings = target.strings
        source.strings.withUnsafeBufferPointer { from in
            strings.withUnsafeMutableBufferPointer { to in
                guard let from = from.baseAddress, let to = to.baseAddress else { return }
                move(0..<pieceCount, from: from, to: to)
            }
        }
        target.setStrings(strings)
    }
}

/// Sixteen bytes that need no more than the alignment of eight.
struct WideElement: BitwiseCopyable {
    var low: UInt64
    var high: UInt64
}
