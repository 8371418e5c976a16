/// Bounds that protect the process from small files that claim to be large pictures. Past one of them a picture is refused.
public struct ImageLimits: Sendable, Hashable {
    /// Width times height of the decoded picture.
    public var maximumPixels: Int
    /// Width and height, each.
    public var maximumSide: Int
    /// What a codec may take for itself beside the pixels, in bytes.
    public var maximumWorkingBytes: Int

    public init(maximumPixels: Int = 1 << 26, maximumSide: Int = 1 << 16, maximumWorkingBytes: Int = 1 << 29) {
        self.maximumPixels = maximumPixels
        self.maximumSide = maximumSide
        self.maximumWorkingBytes = maximumWorkingBytes
    }

    /// Throws unless a picture of this size may be decoded.
    func check(width: Int, height: Int, _ format: ImageFormat) throws(ImageError) {
        guard width > 0, height > 0 else { throw ImageError(.malformed, "\(format): a picture of \(width) x \(height) pixels") }
        guard width <= maximumSide, height <= maximumSide else {
            throw ImageError(.tooLarge, "\(format): \(width) x \(height) pixels, a side is limited to \(maximumSide)")
        }
        let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, pixels <= maximumPixels else {
            throw ImageError(.tooLarge, "\(format): \(width) x \(height) pixels, the limit is \(maximumPixels)")
        }
    }

    /// Throws unless a codec may take the product of `factors` bytes.
    func checkWorking(_ factors: [Int], _ format: ImageFormat) throws(ImageError) {
        var bytes = 1
        for factor in factors {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: max(1, factor))
            guard !overflow, product <= maximumWorkingBytes else {
                throw ImageError(.tooLarge, "\(format): decoding takes more than \(maximumWorkingBytes) bytes")
            }
            bytes = product
        }
    }
}
