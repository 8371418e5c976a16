internal import Kernels
internal import Tensors

/// Constant weights of a convolution over blocked images, as its kernels read them.
struct BlockedFilters: Sendable {
    enum Kind: Sendable, Hashable {
        /// All input channels of a group meet all its output channels; the input is planar while it has few.
        case direct(isPlanar: Bool)
        /// One filter a channel.
        case depthwise
    }

    let kind: Kind
    /// [maps, channels of a group, height, width]
    let shape: Shape
    let weights: Tensor?
    /// Weights transformed for Winograd's algorithm, where images may be large enough for it.
    let winograd: Tensor?

    /// - Parameters:
    ///   - isSmooth: whether the window is one that Winograd's algorithm knows: no strides, no dilation.
    ///   - pixels: output rows and columns, where they are known.
    init?(_ weights: Tensor, group: Int, isPlanar: Bool, isSmooth: Bool, output: (rows: Int, columns: Int)?) {
        let kernels = Kernels.table.convolution
        shape = weights.shape
        guard weights.dataType == .float32, shape.rank == 4, shape.count > 0 else { return nil }
        let (maps, channels, taps) = (shape[0], shape[1], shape[2] * shape[3])
        let source = weights.pointer(as: Float.self)
        if group > 1, channels == 1, maps == group {
            kind = .depthwise
            let packed = Tensor(dataType: .float32, shape: [ChannelBlocks(channels: maps).count * ChannelBlocks.lanes, taps])
            kernels.packDepthwiseWeights(source, maps, taps, packed.mutablePointer(as: Float.self))
            self.weights = packed
            winograd = nil
            return
        }
        kind = .direct(isPlanar: isPlanar)
        let groupMaps = maps / group
        // Groups share no block.
        guard group == 1 || !isPlanar && ChannelBlocks(channels: channels).isFull && ChannelBlocks(channels: groupMaps).isFull else {
            return nil
        }
        var transforms = false
        var packs = true
        if isSmooth, !isPlanar, shape[2] == 3, shape[3] == 3 {
            transforms = Self.prefersWinograd([groupMaps, channels, 3, 3], output ?? (1024, 1024))
            packs = output == nil || !transforms
        }
        if transforms {
            let perGroup = kernels.winogradPackedFloats(groupMaps, channels)
            let packed = Tensor(dataType: .float32, shape: [group, perGroup])
            for index in 0..<group {
                kernels.packWinograd(
                    source + index * groupMaps * channels * taps, groupMaps, channels,
                    packed.mutablePointer(as: Float.self) + index * perGroup)
            }
            winograd = packed
        } else {
            winograd = nil
        }
        if packs {
            let perGroup = kernels.packedFloats(groupMaps, channels, taps, isPlanar)
            let packed = Tensor(dataType: .float32, shape: [group, perGroup])
            for index in 0..<group {
                kernels.packWeights(
                    source + index * groupMaps * channels * taps, groupMaps, channels, taps, isPlanar,
                    packed.mutablePointer(as: Float.self) + index * perGroup)
            }
            self.weights = packed
        } else {
            self.weights = nil
        }
    }

    /// Whether Winograd's algorithm is to be used for an output of this size: a matter of the image alone.
    static func prefersWinograd(_ weights: Shape, _ output: (rows: Int, columns: Int)) -> Bool {
        var unused: Float = 0
        return withUnsafeMutablePointer(to: &unused) { nowhere in
            Kernels.table.convolution.prefersWinograd(
                DirectConvolution(
                    input: UnsafePointer(nowhere), inputChannels: weights[1], inputHeight: output.rows, inputWidth: output.columns,
                    weights: UnsafePointer(nowhere), kernelHeight: weights[2], kernelWidth: weights[3], output: nowhere,
                    outputChannels: weights[0], outputHeight: output.rows, outputWidth: output.columns))
        }
    }
}
