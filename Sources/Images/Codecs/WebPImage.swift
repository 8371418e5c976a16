internal import CWebP

/// WebP, by libwebp, whose functions report errors by their result.
struct WebPImage: ImageCodec {
    let width: Int
    let height: Int
    private let field: ByteField
    private let limits: ImageLimits

    init(_ field: ByteField, _ limits: ImageLimits) throws(ImageError) {
        var width: Int32 = 0
        var height: Int32 = 0
        guard WebPGetInfo(field.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), field.count, &width, &height) != 0 else {
            throw field.malformed("its header cannot be read")
        }
        try limits.check(width: Int(width), height: Int(height), .webp)
        self.width = Int(width)
        self.height = Int(height)
        self.field = field
        self.limits = limits
    }

    func decode(into canvas: PixelCanvas) throws(ImageError) {
        let start = field.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let count = width * height * 3
        let made: UnsafeMutablePointer<UInt8>?
        switch canvas.format {
        case .rgb: made = WebPDecodeRGBInto(start, field.count, canvas.base, count, Int32(width * 3))
        case .bgr: made = WebPDecodeBGRInto(start, field.count, canvas.base, count, Int32(width * 3))
        case .grayscale:
            try limits.checkWorking([count], .webp)
            let colours = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
            defer { colours.deallocate() }
            made = WebPDecodeRGBInto(start, field.count, colours, count, Int32(width * 3))
            if made != nil {
                for pixel in 0..<(width * height) {
                    canvas.base[pixel] = PixelCanvas.gray(colours[3 * pixel], colours[3 * pixel + 1], colours[3 * pixel + 2])
                }
            }
        }
        guard made != nil else { throw field.malformed("it ends early, is corrupt, or is an animation") }
    }
}
