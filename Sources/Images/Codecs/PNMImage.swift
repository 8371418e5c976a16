/// The portable bitmap, graymap and pixmap, as text (P1 to P3) and as bytes (P4 to P6).
struct PNMImage: ImageCodec {
    let width: Int
    let height: Int
    private let field: ByteField
    private let kind: Int
    /// The number that stands for full brightness, 1...65535.
    private let maximum: Int
    private let pixels: Int

    init(_ field: ByteField, _ limits: ImageLimits) throws(ImageError) {
        kind = try field.byte(1) - 0x30
        var at = 2
        width = try Self.number(field, &at)
        height = try Self.number(field, &at)
        maximum = kind == 1 || kind == 4 ? 1 : try Self.number(field, &at)
        guard (1...65535).contains(maximum) else { throw field.malformed("a brightest value of \(maximum)") }
        guard Self.isSpace(UInt8(try field.byte(at))) else { throw field.malformed("no space behind the header") }
        pixels = at + 1
        try limits.check(width: width, height: height, .pnm)
        self.field = field
    }

    func decode(into canvas: PixelCanvas) throws(ImageError) {
        let samples = kind == 3 || kind == 6 ? 3 : 1
        switch kind {
        case 4:
            let stride = (width + 7) / 8
            let bytes = try field.part(pixels, stride * height)
            for y in 0..<height {
                for x in 0..<width { canvas.put(x, y, gray: (bytes[y * stride + x / 8] >> UInt8(7 - x % 8)) & 1 == 1 ? 0 : 255) }
            }
        case 5, 6:
            let wide = maximum > 255 ? 2 : 1
            let bytes = try field.part(pixels, width * height * samples * wide)
            func sample(_ index: Int) -> UInt8 {
                scaled(wide == 1 ? Int(bytes[index]) : Int(bytes[2 * index]) << 8 | Int(bytes[2 * index + 1]))
            }
            fill(canvas, samples, sample)
        case 1:
            var at = pixels
            for y in 0..<height {
                for x in 0..<width {
                    try Self.skipSpace(field, &at)
                    let digit = try field.byte(at)
                    guard digit == 0x30 || digit == 0x31 else { throw field.malformed("a bit that is neither 0 nor 1") }
                    canvas.put(x, y, gray: digit == 0x31 ? 0 : 255)
                    at += 1
                }
            }
        default:
            var at = pixels
            for y in 0..<height {
                for x in 0..<width {
                    let first = scaled(try Self.number(field, &at))
                    guard samples == 3 else {
                        canvas.put(x, y, gray: first)
                        continue
                    }
                    let second = scaled(try Self.number(field, &at))
                    canvas.put(x, y, red: first, green: second, blue: scaled(try Self.number(field, &at)))
                }
            }
        }
    }

    private func fill(_ canvas: PixelCanvas, _ samples: Int, _ sample: (Int) -> UInt8) {
        for y in 0..<height {
            for x in 0..<width {
                let at = (y * width + x) * samples
                if samples == 1 {
                    canvas.put(x, y, gray: sample(at))
                } else {
                    canvas.put(x, y, red: sample(at), green: sample(at + 1), blue: sample(at + 2))
                }
            }
        }
    }

    private func scaled(_ value: Int) -> UInt8 {
        maximum == 255 ? UInt8(clamping: value) : UInt8(clamping: (value * 255 + maximum / 2) / maximum)
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func skipSpace(_ field: ByteField, _ at: inout Int) throws(ImageError) {
        while true {
            let byte = UInt8(try field.byte(at))
            if byte == 0x23 {
                while try field.byte(at) != 0x0A { at += 1 }
            } else if !isSpace(byte) {
                return
            }
            at += 1
        }
    }

    /// A decimal number below 2^31, with the space and comments before it.
    private static func number(_ field: ByteField, _ at: inout Int) throws(ImageError) -> Int {
        try skipSpace(field, &at)
        var value = 0
        var digits = 0
        while at < field.count, (0x30...0x39).contains(field.bytes[at]) {
            value = value * 10 + Int(field.bytes[at] - 0x30)
            guard value < 1 << 31 else { throw field.malformed("a number beyond 2^31") }
            digits += 1
            at += 1
        }
        guard digits > 0 else { throw field.malformed("a number is missing at byte \(at)") }
        return value
    }
}
