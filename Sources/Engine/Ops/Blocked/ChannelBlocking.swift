internal import Kernels
internal import Tensors

/// Puts a float32 image with its channels into blocks, or takes it out of them.
struct ChannelBlocking: Operation {
    enum Direction: Sendable {
        case block
        case unblock
    }

    let node: Node
    let blocks: ChannelBlocks
    let direction: Direction

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "X", [.float32])
        guard let dims = x.dims else { return [Fact(.float32, nil)] }
        switch direction {
        case .block:
            try blocks.check(dims, node)
            return [try node.outputFact(.float32, blocks.blocked(dims))]
        case .unblock: return [try node.outputFact(.float32, try blocks.plain(dims, node))]
        }
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        let (source, target) = (x.pointer(as: Float.self), run.output(0).mutablePointer(as: Float.self))
        let pixels = x.shape[2] * x.shape[3]
        let (lanes, count, channels) = (ChannelBlocks.lanes, blocks.count, blocks.channels)
        guard pixels > 0 else { return }
        run.parallel(x.shape[0] * count, costPerPiece: 4 &* lanes &* pixels) { pieces in
            var piece = pieces.lowerBound
            while piece < pieces.upperBound {
                let (image, block) = piece.quotientAndRemainder(dividingBy: count)
                let end = min(count, block + pieces.upperBound - piece)
                let plain = (image * channels + block * lanes) * pixels
                let blocked = (image * count + block) * lanes * pixels
                let part = min(channels, end * lanes) - block * lanes
                switch direction {
                case .block: Kernels.table.layout.toBlocked(source + plain, target + blocked, part, pixels)
                case .unblock: Kernels.table.layout.fromBlocked(source + blocked, target + plain, part, pixels)
                }
                piece += end - block
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [ChannelBlocks.rows(inputs)] }
}
