/// The file formats that this room reads.
public enum ImageFormat: String, Sendable, Hashable, CaseIterable {
    case jpeg = "JPEG"
    case png = "PNG"
    case bmp = "BMP"
    case pnm = "PNM"
    case tiff = "TIFF"
    case webp = "WebP"
    case jpeg2000 = "JPEG 2000"

    /// The format that these bytes claim to be in; nil when it is none of these.
    public init?(recognising bytes: UnsafeRawBufferPointer) {
        func starts(_ signature: [UInt8], at offset: Int = 0) -> Bool {
            bytes.count >= offset + signature.count && signature.indices.allSatisfy { bytes[offset + $0] == signature[$0] }
        }
        if starts([0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if starts(PNGImage.signature) {
            self = .png
        } else if starts([0x42, 0x4D]) {
            self = .bmp
        } else if starts([0x49, 0x49, 42, 0]) || starts([0x4D, 0x4D, 0, 42]) {
            self = .tiff
        } else if starts([0x52, 0x49, 0x46, 0x46]), starts([0x57, 0x45, 0x42, 0x50], at: 8) {
            self = .webp
        } else if starts(JPEG2000Container.signature) || starts([0xFF, 0x4F, 0xFF, 0x51]) {
            self = .jpeg2000
        } else if bytes.count >= 3, bytes[0] == 0x50, (0x31...0x36).contains(bytes[1]), PNMImage.isSpace(bytes[2]) || bytes[2] == 0x23 {
            self = .pnm
        } else {
            return nil
        }
    }
}

extension ImageFormat: CustomStringConvertible {
    public var description: String { rawValue }
}
