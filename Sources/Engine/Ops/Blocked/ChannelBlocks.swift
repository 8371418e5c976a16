internal import Kernels
internal import Tensors

/// Channels in blocks of a vector: an image [N, C, H, W] held as [N, blocks, H, W, lanes].
///
/// What is in the lanes of the last block beyond the channels is unspecified, and read by nothing that reaches a channel.
struct ChannelBlocks: Sendable, Hashable {
    let channels: Int

    static var lanes: Int { Kernels.table.lanes }

    var count: Int { (channels + Self.lanes - 1) / Self.lanes }
    /// Whether the last block is full, so that further channels may follow it.
    var isFull: Bool { channels % Self.lanes == 0 }

    /// The extents of the blocked form of an image with these channels.
    func blocked(_ dims: [Dim]) -> [Dim] { [dims[0], .known(count), dims[2], dims[3], .known(Self.lanes)] }

    /// The extents [N, C, H, W] of the image whose blocked form has extents `dims`.
    func plain(_ dims: [Dim], _ node: Node) throws(EngineError) -> [Dim] {
        guard dims.count == 5, dims[1].value ?? count == count else {
            throw node.malformed("an image of \(channels) channels was expected, not \(dims)")
        }
        return [dims[0], .known(channels), dims[2], dims[3]]
    }

    func plain(_ shape: Shape) -> Shape { Shape([shape[0], channels, shape[2], shape[3]]) }

    /// Checks that a plain image has these channels.
    func check(_ dims: [Dim], _ node: Node) throws(EngineError) {
        guard dims.count == 4 else { throw node.malformed("the input must have rank 4, not \(dims.count)") }
        guard dims[1].value ?? channels == channels else {
            throw node.malformed("an input of \(channels) channels was expected, not \(dims[1])")
        }
    }

    /// Images one behind the other in the other layout.
    func block(_ plain: Tensor) -> Tensor {
        let shape = plain.shape
        let result = Tensor(dataType: .float32, shape: Shape([shape[0], count, shape[2], shape[3], Self.lanes]))
        let pixels = shape[2] * shape[3]
        for image in 0..<shape[0] {
            Kernels.table.layout.toBlocked(
                plain.pointer(as: Float.self) + image * channels * pixels,
                result.mutablePointer(as: Float.self) + image * count * Self.lanes * pixels, channels, pixels)
        }
        return result
    }

    /// The rows of a batch of images stay where they are.
    static func rows(_ inputs: [RowAxis]) -> RowAxis {
        var result = RowAxis.absent
        for input in inputs {
            switch input {
            case .mixed: return input
            case .axis(0): result = input
            case .axis(let axis): return .mixed("it combines positions along axis \(axis)")
            case .absent: continue
            }
        }
        return result
    }
}
