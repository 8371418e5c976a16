import Images
import Testing

@Suite struct EncodedImageTests {
    private func decode(_ bytes: [UInt8], _ format: PixelFormat, limits: ImageLimits = ImageLimits()) throws -> (Int, Int, [UInt8]) {
        try bytes.withUnsafeBytes { bytes in
            let image = try EncodedImage(bytes, limits: limits)
            return (image.width, image.height, try image.pixels(as: format))
        }
    }

    private func code(_ bytes: [UInt8], limits: ImageLimits = ImageLimits()) -> ImageError.Code? {
        do {
            _ = try decode(bytes, .rgb, limits: limits)
            return nil
        } catch {
            return (error as? ImageError)?.code
        }
    }

    private func picture(_ name: String) throws -> Picture { try #require(Picture.all.first { $0.name == name }) }

    @Test(arguments: Picture.all.indices) func `a picture has the pixels that Pillow sees`(index: Int) throws {
        let picture = Picture.all[index]
        let (width, height, pixels) = try decode(picture.encoded, .rgb)
        #expect(width == 7 && height == 5)
        // Versions of the lossy codecs differ in their last bit.
        let slack = ["jpeg", "webp lossy"].contains { picture.name.hasPrefix($0) } ? 1 : 0
        #expect(pixels.count == picture.pixels.count)
        let furthest = zip(pixels, picture.pixels).map { abs(Int($0) - Int($1)) }.max()
        #expect(furthest ?? 256 <= slack, "\(picture.name)")
    }

    @Test(arguments: Picture.all.indices) func `BGR is RGB the other way round, gray its brightness`(index: Int) throws {
        let picture = Picture.all[index]
        let colours = try decode(picture.encoded, .rgb).2
        let reversed = try decode(picture.encoded, .bgr).2
        let gray = try decode(picture.encoded, .grayscale).2
        #expect(gray.count == 35 && reversed.count == 105)
        for pixel in 0..<35 {
            let (red, green, blue) = (colours[3 * pixel], colours[3 * pixel + 1], colours[3 * pixel + 2])
            #expect([blue, green, red] == Array(reversed[(3 * pixel)..<(3 * pixel + 3)]))
            let brightness = 0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue)
            #expect(abs(Double(gray[pixel]) - brightness) <= 0.51, "\(picture.name)")
        }
    }

    @Test(arguments: Picture.all.indices) func `a picture cut short is an error or a whole picture`(index: Int) {
        let picture = Picture.all[index]
        for count in 0..<picture.encoded.count {
            let code = code(Array(picture.encoded.prefix(count)))
            if count < picture.encoded.count / 2, !picture.name.contains("jpeg 2000") { #expect(code != nil, "\(picture.name), \(count) bytes") }
        }
    }

    @Test(arguments: Picture.all.indices) func `broken bytes come back as pixels or as an error`(index: Int) {
        let picture = Picture.all[index]
        var generator = Numbers(seed: UInt64(index) + 1)
        var outcomes = 0
        let limits = ImageLimits(maximumPixels: 1 << 16, maximumSide: 1 << 12, maximumWorkingBytes: 1 << 22)
        for _ in 0..<600 {
            var bytes = picture.encoded
            for _ in 0...generator.below(4) {
                let at = generator.below(bytes.count)
                switch generator.below(4) {
                case 0: bytes[at] = UInt8(generator.below(256))
                case 1: bytes[at] ^= 1 << UInt8(generator.below(8))
                case 2: bytes[at] = [0, 1, 0x7F, 0x80, 0xFF][generator.below(5)]
                default: bytes.removeSubrange(at..<min(bytes.count, at + generator.below(9)))
                }
                if bytes.isEmpty { break }
            }
            for format in PixelFormat.allCases where (try? decode(bytes, format, limits: limits)) != nil { outcomes += 1 }
        }
        #expect(outcomes >= 0)
    }

    @Test func `bytes of no format say so`() {
        #expect(code([]) == .unknownFormat)
        #expect(code(Array("not a picture".utf8)) == .unknownFormat)
        #expect(code([0x50, 0x37, 0x0A]) == .unknownFormat)
    }

    @Test func `a picture beyond the limits is refused by its header`() {
        for picture in Picture.all {
            #expect(code(picture.encoded, limits: ImageLimits(maximumPixels: 34)) == .tooLarge, "\(picture.name)")
            #expect(code(picture.encoded, limits: ImageLimits(maximumSide: 6)) == .tooLarge, "\(picture.name)")
            #expect(code(picture.encoded, limits: ImageLimits(maximumPixels: 35, maximumSide: 7)) == nil, "\(picture.name)")
        }
    }

    @Test func `a code stream cut into countless precincts is refused`() {
        // 8192 x 8192 pixels, precincts of one pixel: gigabytes, were the library asked.
        var bytes: [UInt8] = [0xFF, 0x4F, 0xFF, 0x51, 0, 41, 0, 0]
        for value: UInt8 in [32, 32, 0, 0, 32, 32, 0, 0] { bytes += [0, 0, value, 0] }
        bytes += [0, 1, 7, 1, 1]
        let style: [UInt8] = [0xFF, 0x52, 0, 13, 1, 0, 0, 1, 0, 0, 4, 4, 0, 0, 0]
        #expect(code(bytes + style) == .tooLarge)
        // As many layers as there can be.
        #expect(code(bytes + [0xFF, 0x52, 0, 12, 0, 0, 0xFF, 0xFF, 0, 0, 4, 4, 0, 0]) == .tooLarge)
        // Tiles of one pixel.
        var tiled = bytes
        tiled.replaceSubrange(24..<32, with: [0, 0, 0, 1, 0, 0, 0, 1])
        #expect(code(tiled + style) == .tooLarge)
    }

    @Test func `tiles far larger than their picture are refused`() throws {
        var bytes = try picture("tiff planar tiles").encoded
        // The ninth entry is the width of a tile, the tenth its length, both 16.
        let entries = 10
        for entry in [7, 8] { bytes.replaceSubrange((entries + 12 * entry + 8)..<(entries + 12 * entry + 10), with: [0xFF, 0xF0]) }
        #expect(code(bytes) == .tooLarge)
    }

    @Test func `what is not read is named`() throws {
        var bytes = try picture("tiff raw").encoded
        // Compression: tag 259, a short in little-endian order.
        var at = 0
        while at < bytes.count - 10, bytes[at..<(at + 4)] != [3, 1, 3, 0] { at += 1 }
        bytes[at + 8] = 4
        #expect(throws: ImageError(.unsupported, "TIFF: compression 4")) { try decode(bytes, .rgb) }
    }
}

/// Numbers that look random and are the same every time.
private struct Numbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func below(_ limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % max(1, limit)
    }
}
