/// One image convolved directly, from a blocked or a planar image to a blocked one.
///
/// A blocked image has its channels in blocks of ``KernelTable/lanes``: [channels / lanes, height, width, lanes], the last
/// block filled up. What is in the lanes beyond the channels is unspecified but finite, and multiplied by zero.
/// A planar image is [channels, height, width]: for the first layer, whose few channels would leave a block empty.
public struct DirectConvolution {
    public var input: UnsafePointer<Float>
    public var isPlanar: Bool
    public var inputChannels: Int
    public var inputHeight: Int
    public var inputWidth: Int
    /// By ``ConvolutionKernels/packWeights``.
    public var weights: UnsafePointer<Float>
    public var kernelHeight: Int
    public var kernelWidth: Int
    public var strideHeight = 1
    public var strideWidth = 1
    public var dilationHeight = 1
    public var dilationWidth = 1
    /// Rows of zeros above the image; those below follow from the output's height.
    public var padTop = 0
    public var padLeft = 0
    public var output: UnsafeMutablePointer<Float>
    public var outputChannels: Int
    public var outputHeight: Int
    public var outputWidth: Int
    /// One float per output channel, or nil.
    public var bias: UnsafePointer<Float>?
    /// A blocked image of the output's shape, added before the activation; may be the output itself. Or nil.
    public var residual: UnsafePointer<Float>?
    public var activation = Activation.identity
    /// ``ConvolutionKernels/scratchFloats`` floats for this call alone. May be nil only if that is 0.
    public var scratch: UnsafeMutablePointer<Float>?

    public init(
        input: UnsafePointer<Float>, isPlanar: Bool = false, inputChannels: Int, inputHeight: Int, inputWidth: Int,
        weights: UnsafePointer<Float>, kernelHeight: Int, kernelWidth: Int, output: UnsafeMutablePointer<Float>, outputChannels: Int,
        outputHeight: Int, outputWidth: Int
    ) {
        self.input = input
        self.isPlanar = isPlanar
        self.inputChannels = inputChannels
        self.inputHeight = inputHeight
        self.inputWidth = inputWidth
        self.weights = weights
        self.kernelHeight = kernelHeight
        self.kernelWidth = kernelWidth
        self.output = output
        self.outputChannels = outputChannels
        self.outputHeight = outputHeight
        self.outputWidth = outputWidth
    }
}

/// One filter per channel over a blocked image: [channels / lanes, height, width, lanes] to the same layout.
public struct DepthwiseConvolution {
    public var input: UnsafePointer<Float>
    public var channels: Int
    public var inputHeight: Int
    public var inputWidth: Int
    /// By ``ConvolutionKernels/packDepthwiseWeights``.
    public var weights: UnsafePointer<Float>
    public var kernelHeight: Int
    public var kernelWidth: Int
    public var strideHeight = 1
    public var strideWidth = 1
    public var dilationHeight = 1
    public var dilationWidth = 1
    public var padTop = 0
    public var padLeft = 0
    public var output: UnsafeMutablePointer<Float>
    public var outputHeight: Int
    public var outputWidth: Int
    /// One float per channel, or nil.
    public var bias: UnsafePointer<Float>?
    /// A blocked image of the output's shape, added before the activation; may be the output itself. Or nil.
    public var residual: UnsafePointer<Float>?
    public var activation = Activation.identity

    public init(
        input: UnsafePointer<Float>, channels: Int, inputHeight: Int, inputWidth: Int, weights: UnsafePointer<Float>, kernelHeight: Int,
        kernelWidth: Int, output: UnsafeMutablePointer<Float>, outputHeight: Int, outputWidth: Int
    ) {
        self.input = input
        self.channels = channels
        self.inputHeight = inputHeight
        self.inputWidth = inputWidth
        self.weights = weights
        self.kernelHeight = kernelHeight
        self.kernelWidth = kernelWidth
        self.output = output
        self.outputHeight = outputHeight
        self.outputWidth = outputWidth
    }
}

/// Convolutions over blocked images. Every output element is one chain over (input block, kernel row, kernel column, lane of
/// the block), fused as in ``GemmKernels``, whatever part of the image a call computes.
public struct ConvolutionKernels: Sendable {
    /// Output channels of a full panel: work may be split at its multiples.
    public let panelChannels: Int
    /// Floats of packed weights: (outputChannels, inputChannels, kernelHeight·kernelWidth, isPlanar).
    public let packedFloats: @Sendable (_ outputChannels: Int, _ inputChannels: Int, _ taps: Int, _ isPlanar: Bool) -> Int
    /// Packs weights [outputChannels, inputChannels, taps].
    public let packWeights:
        @Sendable (
            _ weights: UnsafePointer<Float>, _ outputChannels: Int, _ inputChannels: Int, _ taps: Int, _ isPlanar: Bool,
            _ packed: UnsafeMutablePointer<Float>
        ) -> Void
    /// Scratch that a call of this shape needs, in floats.
    public let scratchFloats: @Sendable (DirectConvolution) -> Int
    /// Computes output rows `rows` of the output channels `panels`·panelChannels.
    public let direct: @Sendable (_ call: DirectConvolution, _ panels: Range<Int>, _ rows: Range<Int>) -> Void
    /// Whether ``winograd`` is likely to be faster for a shape it can compute: 3×3, no strides, no dilation, blocked.
    public let prefersWinograd: @Sendable (DirectConvolution) -> Bool
    /// Floats of weights packed for ``winograd``: (outputChannels, inputChannels).
    public let winogradPackedFloats: @Sendable (_ outputChannels: Int, _ inputChannels: Int) -> Int
    /// Transforms and packs weights [outputChannels, inputChannels, 3, 3].
    public let packWinograd:
        @Sendable (_ weights: UnsafePointer<Float>, _ outputChannels: Int, _ inputChannels: Int, _ packed: UnsafeMutablePointer<Float>) ->
            Void
    /// Scratch that ``winograd`` needs, in floats.
    public let winogradScratchFloats: @Sendable (DirectConvolution) -> Int
    /// The same convolution as ``direct`` by Winograd's F(4×4, 3×3): a quarter of the multiplications, and an error about
    /// twice as large. Bits depend on an output's place in the image alone. Computes output rows 4·`tileRows` of all channels.
    public let winograd: @Sendable (_ call: DirectConvolution, _ tileRows: Range<Int>) -> Void
    /// Packs pixels `first ..< first + count` of the output, counted row by row, as columns of a B of ``GemmKernels``: with A
    /// the weights [outputChannels, inputChannels·taps], the product is the planar convolution. The image is planar.
    public let packPixels: @Sendable (_ call: DirectConvolution, _ first: Int, _ count: Int, _ packed: UnsafeMutablePointer<Float>) -> Void
    /// Packs weights [channels, taps] to [channels / lanes, taps, lanes].
    public let packDepthwiseWeights:
        @Sendable (_ weights: UnsafePointer<Float>, _ channels: Int, _ taps: Int, _ packed: UnsafeMutablePointer<Float>) -> Void
    /// Computes output rows `rows` of the channel blocks `blocks`.
    public let depthwise: @Sendable (_ call: DepthwiseConvolution, _ blocks: Range<Int>, _ rows: Range<Int>) -> Void

    public init(
        panelChannels: Int,
        packedFloats: @escaping @Sendable (Int, Int, Int, Bool) -> Int,
        packWeights: @escaping @Sendable (UnsafePointer<Float>, Int, Int, Int, Bool, UnsafeMutablePointer<Float>) -> Void,
        scratchFloats: @escaping @Sendable (DirectConvolution) -> Int,
        direct: @escaping @Sendable (DirectConvolution, Range<Int>, Range<Int>) -> Void,
        prefersWinograd: @escaping @Sendable (DirectConvolution) -> Bool, winogradPackedFloats: @escaping @Sendable (Int, Int) -> Int,
        packWinograd: @escaping @Sendable (UnsafePointer<Float>, Int, Int, UnsafeMutablePointer<Float>) -> Void,
        winogradScratchFloats: @escaping @Sendable (DirectConvolution) -> Int,
        winograd: @escaping @Sendable (DirectConvolution, Range<Int>) -> Void,
        packPixels: @escaping @Sendable (DirectConvolution, Int, Int, UnsafeMutablePointer<Float>) -> Void,
        packDepthwiseWeights: @escaping @Sendable (UnsafePointer<Float>, Int, Int, UnsafeMutablePointer<Float>) -> Void,
        depthwise: @escaping @Sendable (DepthwiseConvolution, Range<Int>, Range<Int>) -> Void
    ) {
        self.panelChannels = panelChannels
        self.packedFloats = packedFloats
        self.packWeights = packWeights
        self.scratchFloats = scratchFloats
        self.direct = direct
        self.prefersWinograd = prefersWinograd
        self.winogradPackedFloats = winogradPackedFloats
        self.packWinograd = packWinograd
        self.winogradScratchFloats = winogradScratchFloats
        self.winograd = winograd
        self.packPixels = packPixels
        self.packDepthwiseWeights = packDepthwiseWeights
        self.depthwise = depthwise
    }
}
