/// A pooling window over one image.
public struct Pooling {
    public var inputHeight: Int
    public var inputWidth: Int
    public var outputHeight: Int
    public var outputWidth: Int
    public var kernelHeight: Int
    public var kernelWidth: Int
    public var strideHeight = 1
    public var strideWidth = 1
    public var dilationHeight = 1
    public var dilationWidth = 1
    public var padTop = 0
    public var padLeft = 0
    /// Rows of zeros below the image, which an average that counts padding stops at.
    public var padBottom = 0
    public var padRight = 0
    /// For averages: whether the padding counts.
    public var countsPadding = false

    public init(inputHeight: Int, inputWidth: Int, outputHeight: Int, outputWidth: Int, kernelHeight: Int, kernelWidth: Int) {
        self.inputHeight = inputHeight
        self.inputWidth = inputWidth
        self.outputHeight = outputHeight
        self.outputWidth = outputWidth
        self.kernelHeight = kernelHeight
        self.kernelWidth = kernelWidth
    }
}

/// Pools `images` channels, or blocks of channels, that lie one behind the other.
public typealias PoolingKernel =
    @Sendable (_ shape: Pooling, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ images: Int) -> Void

/// Windows are taken row by row, the order of every sum fixed. A maximum is NaN where the window holds one, −∞ where it is empty.
public struct PoolingKernels: Sendable {
    /// Planar: each image is [height, width].
    public let maximum: PoolingKernel
    public let average: PoolingKernel
    /// Blocked: each image is [height, width, lanes].
    public let blockedMaximum: PoolingKernel
    public let blockedAverage: PoolingKernel

    public init(
        maximum: @escaping PoolingKernel, average: @escaping PoolingKernel, blockedMaximum: @escaping PoolingKernel,
        blockedAverage: @escaping PoolingKernel
    ) {
        self.maximum = maximum
        self.average = average
        self.blockedMaximum = blockedMaximum
        self.blockedAverage = blockedAverage
    }
}
