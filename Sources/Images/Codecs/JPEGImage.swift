internal import CTurboJPEG

/// JPEG, by libturbojpeg, whose functions report errors by their result.
struct JPEGImage: ImageCodec {
    let width: Int
    let height: Int
    private let field: ByteField
    private let isInk: Bool
    private let limits: ImageLimits

    init(_ field: ByteField, _ limits: ImageLimits) throws(ImageError) {
        let decoder = try JPEGDecoder()
        var width: Int32 = 0
        var height: Int32 = 0
        var sampling: Int32 = 0
        var colours: Int32 = 0
        let result = tjDecompressHeader3(
            decoder.handle, field.start, UInt(field.count), &width, &height, &sampling, &colours)
        guard result == 0 else { throw field.malformed(decoder.message) }
        try limits.check(width: Int(width), height: Int(height), .jpeg)
        self.width = Int(width)
        self.height = Int(height)
        self.field = field
        self.limits = limits
        isInk = colours == Int32(TJCS_CMYK.rawValue) || colours == Int32(TJCS_YCCK.rawValue)
    }

    func decode(into canvas: PixelCanvas) throws(ImageError) {
        if isInk {
            try limits.checkWorking([width, height, 4], .jpeg)
            let inks = UnsafeMutablePointer<UInt8>.allocate(capacity: width * height * 4)
            defer { inks.deallocate() }
            try decode(into: inks, TJPF_CMYK)
            // What is stored is what an ink leaves of the light.
            for y in 0..<height {
                for x in 0..<width {
                    let ink = inks + 4 * (y * width + x)
                    canvas.put(x, y, cyan: 255 - ink[0], magenta: 255 - ink[1], yellow: 255 - ink[2], black: 255 - ink[3])
                }
            }
        } else if canvas.format == .grayscale {
            // Through RGB, as the weights say, and not the stored brightness, which was rounded before the colours were.
            try limits.checkWorking([width, height, 3], .jpeg)
            let colours = UnsafeMutablePointer<UInt8>.allocate(capacity: width * height * 3)
            defer { colours.deallocate() }
            try decode(into: colours, TJPF_RGB)
            for pixel in 0..<(width * height) {
                canvas.base[pixel] = PixelCanvas.gray(colours[3 * pixel], colours[3 * pixel + 1], colours[3 * pixel + 2])
            }
        } else {
            try decode(into: canvas.base, canvas.format == .rgb ? TJPF_RGB : TJPF_BGR)
        }
    }

    private func decode(into room: UnsafeMutablePointer<UInt8>, _ pixels: TJPF) throws(ImageError) {
        let decoder = try JPEGDecoder()
        let result = tjDecompress2(
            decoder.handle, field.start, UInt(field.count), room, Int32(width), 0, Int32(height), pixels.rawValue,
            TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS)
        if result == 0 { return }
        let message = decoder.message
        guard tjGetErrorCode(decoder.handle) == Int32(TJERR_WARNING.rawValue) else { throw field.malformed(message) }
        // Of what the library gets over, only a missing part of the picture is refused; stray bytes between segments are common.
        if message.contains("remature end") { throw ImageError(.truncated, "JPEG: \(message)") }
    }
}

/// Owns a decoder of the library, for one thread.
private struct JPEGDecoder: ~Copyable {
    let handle: tjhandle

    init() throws(ImageError) {
        guard let handle = tjInitDecompress() else { throw ImageError(.tooLarge, "JPEG: no memory for a decoder") }
        self.handle = handle
    }

    deinit { tjDestroy(handle) }

    var message: String { tjGetErrorStr2(handle).map { String(cString: $0) } ?? "cannot be decoded" }
}

extension ByteField {
    /// The first byte, as C wants it.
    fileprivate var start: UnsafePointer<UInt8>? { bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) }
}
