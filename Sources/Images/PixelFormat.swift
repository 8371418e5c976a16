/// What a decoded pixel consists of: bytes of 0 to 255, in this order.
public enum PixelFormat: String, Sendable, Hashable, CaseIterable {
    case rgb = "RGB"
    case bgr = "BGR"
    case grayscale = "Grayscale"

    /// Bytes of a pixel.
    public var channels: Int { self == .grayscale ? 1 : 3 }
}
