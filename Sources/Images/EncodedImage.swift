/// A picture as it came, its header read.
///
/// It is a view: the bytes belong to the caller and have to outlive it. Any thread may use it.
public struct EncodedImage {
    public let format: ImageFormat
    /// Pixels, at least 1 each, within the limits.
    public let width: Int
    public let height: Int
    private let codec: any ImageCodec

    /// Recognises the format and reads the header.
    ///
    /// - Parameter bytes: a whole file.
    /// - Throws: what is wrong with the header, or which limit the picture is beyond.
    public init(_ bytes: UnsafeRawBufferPointer, limits: ImageLimits = ImageLimits()) throws(ImageError) {
        guard let format = ImageFormat(recognising: bytes) else {
            throw ImageError(.unknownFormat, "not a picture: neither \(ImageFormat.allCases.map(\.rawValue).joined(separator: ", nor "))")
        }
        let field = ByteField(bytes, format)
        let codec: any ImageCodec =
            switch format {
            case .jpeg: try JPEGImage(field, limits)
            case .png: try PNGImage(field, limits)
            case .bmp: try BMPImage(field, limits)
            case .pnm: try PNMImage(field, limits)
            case .tiff: try TIFFImage(field, limits)
            case .webp: try WebPImage(field, limits)
            case .jpeg2000: try JPEG2000Image(field, limits)
            }
        self.format = format
        self.codec = codec
        width = codec.width
        height = codec.height
    }

    /// Bytes of the decoded picture.
    public func byteCount(as pixels: PixelFormat) -> Int { width * height * pixels.channels }

    /// Decodes into `room`: height rows of width pixels, without padding.
    ///
    /// - Parameter room: exactly ``byteCount(as:)`` bytes. After an error its contents are of no use.
    public func decode(as pixels: PixelFormat, into room: UnsafeMutableRawBufferPointer) throws(ImageError) {
        precondition(room.count == byteCount(as: pixels))
        guard let base = room.baseAddress else { return }
        let canvas = PixelCanvas(
            base: base.assumingMemoryBound(to: UInt8.self), width: width, height: height, format: pixels)
        try codec.decode(into: canvas)
    }

    /// The decoded picture as an array: height rows of width pixels.
    public func pixels(as pixels: PixelFormat) throws(ImageError) -> [UInt8] {
        var failure: ImageError?
        let array = [UInt8](unsafeUninitializedCapacity: byteCount(as: pixels)) { buffer, count in
            count = byteCount(as: pixels)
            let room = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
            do throws(ImageError) {
                try decode(as: pixels, into: room)
            } catch {
                room.initializeMemory(as: UInt8.self, repeating: 0)
                failure = error
            }
        }
        if let failure { throw failure }
        return array
    }
}

/// One format's decoder: the header is read when it is made, within the limits.
protocol ImageCodec {
    var width: Int { get }
    var height: Int { get }

    /// Fills the canvas, which is `width` x `height`.
    func decode(into canvas: PixelCanvas) throws(ImageError)
}
