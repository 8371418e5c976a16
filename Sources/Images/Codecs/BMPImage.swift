/// Windows bitmaps: 1 to 32 bits, palettes, bit fields, run lengths; the older OS/2 header too.
struct BMPImage: ImageCodec {
    let width: Int
    let height: Int
    private let field: ByteField
    private let bits: Int
    private let isTopDown: Bool
    private let pixels: Int
    private let palette: Palette
    private let coding: Coding

    private struct Palette {
        var start = 0
        var count = 0
        var step = 4
    }

    private enum Coding {
        case plain
        case fields(red: Int, green: Int, blue: Int)
        case runs
    }

    init(_ source: ByteField, _ limits: ImageLimits) throws(ImageError) {
        var field = source
        field.isBigEndian = false
        self.field = field
        pixels = try field.long(10)
        let headerBytes = try field.long(14)
        guard headerBytes == 12 || (40...4096).contains(headerBytes) else { throw field.malformed("a header of \(headerBytes) bytes") }
        if headerBytes == 12 {
            width = try field.short(18)
            height = try field.short(20)
            isTopDown = false
            bits = try field.short(24)
            coding = .plain
            palette = Palette(start: 26, count: bits <= 8 ? 1 << bits : 0, step: 3)
        } else {
            width = try field.long(18)
            let rows = Int(Int32(truncatingIfNeeded: try field.long(22)))
            height = abs(rows)
            isTopDown = rows < 0
            bits = try field.short(28)
            let compression = try field.long(30)
            var start = 14 + headerBytes
            switch compression {
            case 0 where bits == 16: coding = .fields(red: 0x7C00, green: 0x3E0, blue: 0x1F)
            case 0: coding = .plain
            case 1 where bits == 8, 2 where bits == 4: coding = .runs
            case 3 where bits == 16 || bits == 32, 6 where bits == 16 || bits == 32:
                coding = .fields(red: try field.long(54), green: try field.long(58), blue: try field.long(62))
                if headerBytes == 40 { start += compression == 3 ? 12 : 16 }
            default: throw field.unsupported("compression \(compression) with \(bits) bits")
            }
            let named = try field.long(46)
            palette = Palette(start: start, count: bits <= 8 ? min(named == 0 ? 1 << bits : named, 256) : 0)
        }
        guard [1, 4, 8, 16, 24, 32].contains(bits), headerBytes > 12 || bits != 16 else { throw field.unsupported("\(bits) bits") }
        try limits.check(width: width, height: height, .bmp)
        _ = try field.part(palette.start, palette.count * palette.step)
    }

    func decode(into canvas: PixelCanvas) throws(ImageError) {
        switch coding {
        case .runs: try decodeRuns(into: canvas)
        case .plain:
            let stride = (width * bits + 31) / 32 * 4
            _ = try field.part(pixels, stride * (height - 1) + (width * bits + 7) / 8)
            for row in 0..<height {
                let start = pixels + row * stride
                let y = place(row)
                for x in 0..<width {
                    if bits >= 24 {
                        let at = start + x * (bits / 8)
                        canvas.put(x, y, red: field.bytes[at + 2], green: field.bytes[at + 1], blue: field.bytes[at])
                    } else {
                        let bit = x * bits
                        let value = (Int(field.bytes[start + bit / 8]) >> (8 - bits - bit % 8)) & ((1 << bits) - 1)
                        put(x, y, value, canvas)
                    }
                }
            }
        case .fields(let red, let green, let blue):
            let stride = (width * bits + 31) / 32 * 4
            _ = try field.part(pixels, stride * (height - 1) + width * bits / 8)
            let parts = (Part(red), Part(green), Part(blue))
            for row in 0..<height {
                let y = place(row)
                for x in 0..<width {
                    let at = pixels + row * stride + x * (bits / 8)
                    let value = bits == 16 ? try field.short(at) : try field.long(at)
                    canvas.put(x, y, red: parts.0.of(value), green: parts.1.of(value), blue: parts.2.of(value))
                }
            }
        }
    }

    /// Rows are stored from the bottom up, most of the time.
    private func place(_ row: Int) -> Int { isTopDown ? row : height - 1 - row }

    private func put(_ x: Int, _ y: Int, _ index: Int, _ canvas: PixelCanvas) {
        guard index < palette.count else { return canvas.put(x, y, gray: 0) }
        let at = palette.start + index * palette.step
        canvas.put(x, y, red: field.bytes[at + 2], green: field.bytes[at + 1], blue: field.bytes[at])
    }

    private func decodeRuns(into canvas: PixelCanvas) throws(ImageError) {
        for y in 0..<height {
            for x in 0..<width { put(x, y, 0, canvas) }
        }
        var x = 0
        var row = 0
        var at = pixels
        func set(_ index: Int) {
            if x < width, row < height { put(x, place(row), index, canvas) }
            x += 1
        }
        while row < height {
            let count = try field.byte(at)
            let value = try field.byte(at + 1)
            at += 2
            if count > 0 {
                for step in 0..<count { set(bits == 8 ? value : step & 1 == 0 ? value >> 4 : value & 15) }
                continue
            }
            switch value {
            case 0:
                x = 0
                row += 1
            case 1: return
            case 2:
                x += try field.byte(at)
                row += try field.byte(at + 1)
                at += 2
            default:
                for step in 0..<value {
                    let byte = try field.byte(bits == 8 ? at + step : at + step / 2)
                    set(bits == 8 ? byte : step & 1 == 0 ? byte >> 4 : byte & 15)
                }
                let bytes = bits == 8 ? value : (value + 1) / 2
                at += bytes + bytes & 1
            }
        }
    }

    /// Some bits of a pixel, stretched to 0...255.
    private struct Part {
        let shift: Int
        let mask: Int

        init(_ mask: Int) {
            shift = mask == 0 ? 0 : mask.trailingZeroBitCount
            self.mask = mask >> shift
        }

        func of(_ value: Int) -> UInt8 {
            mask == 0 ? 0 : UInt8(truncatingIfNeeded: ((value >> shift) & mask) * 255 / mask)
        }
    }
}
