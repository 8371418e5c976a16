/// The first picture of a TIFF file: strips or tiles of gray, palette, RGB or CMYK samples of 1 to 16 bits.
struct TIFFImage: ImageCodec {
    let width: Int
    let height: Int
    private let directory: TIFFDirectory
    private let limits: ImageLimits
    private let colour: Colour
    private let bits: Int
    private let samples: Int
    private let isPlanar: Bool
    private let compression: TIFFCompression
    private let predicts: Bool
    private let blocks: Blocks

    private enum Colour {
        case white0, black0, rgb, palette(TIFFDirectory.Values), inks

        var samples: Int {
            switch self {
            case .white0, .black0, .palette: 1
            case .rgb: 3
            case .inks: 4
            }
        }
    }

    /// The rectangles that the picture is cut into; a strip is one as wide as the picture.
    private struct Blocks {
        let width, height: Int
        let offsets, byteCounts: TIFFDirectory.Values
    }

    init(_ field: ByteField, _ limits: ImageLimits) throws(ImageError) {
        let directory = try TIFFDirectory(field)
        self.directory = directory
        self.limits = limits
        let field = directory.field
        width = try directory.first(.width)
        height = try directory.first(.height)
        try limits.check(width: width, height: height, .tiff)

        samples = try directory.first(.samplesPerPixel, default: 1)
        guard (1...8).contains(samples) else { throw field.unsupported("\(samples) samples per pixel") }
        bits = try directory.first(.bitsPerSample, default: 1)
        guard [1, 2, 4, 8, 16].contains(bits) else { throw field.unsupported("\(bits) bits per sample") }
        if let each = directory.values(.bitsPerSample), each.count > 1 {
            for sample in 0..<min(samples, each.count) where try directory.value(each, sample) != bits {
                throw field.unsupported("samples of several sizes")
            }
        }
        guard try directory.first(.sampleFormat, default: 1) == 1 else { throw field.unsupported("samples that are not unsigned integers") }
        guard try directory.first(.fillOrder, default: 1) == 1 else { throw field.unsupported("bits in reverse order") }

        let photometric = try directory.first(.photometric)
        switch photometric {
        case 0: colour = .white0
        case 1: colour = .black0
        case 2: colour = .rgb
        case 3:
            guard let map = directory.values(.colorMap), bits <= 8, map.count >= 3 << bits else { throw field.malformed("no palette") }
            colour = .palette(map)
        case 5: colour = .inks
        default: throw field.unsupported("photometric interpretation \(photometric)")
        }
        guard samples >= colour.samples else { throw field.malformed("\(samples) samples per pixel are too few") }
        isPlanar = try directory.first(.planarConfiguration, default: 1) == 2 && samples > 1
        let number = try directory.first(.compression, default: 1)
        guard let compression = TIFFCompression(rawValue: number == 32946 ? 8 : number) else {
            throw field.unsupported("compression \(number)")
        }
        self.compression = compression
        let predictor = try directory.first(.predictor, default: 1)
        guard predictor == 1 || (predictor == 2 && bits >= 8) else { throw field.unsupported("predictor \(predictor) with \(bits) bits") }
        predicts = predictor == 2 && (compression == .lzw || compression == .deflate)

        if let offsets = directory.values(.tileOffsets), let counts = directory.values(.tileByteCounts) {
            let (across, down) = (try directory.first(.tileWidth), try directory.first(.tileLength))
            guard across > 0, down > 0 else { throw field.malformed("tiles of \(across) x \(down) pixels") }
            blocks = Blocks(width: across, height: down, offsets: offsets, byteCounts: counts)
        } else {
            let rows = min(try directory.first(.rowsPerStrip, default: height), height)
            guard rows > 0, let offsets = directory.values(.stripOffsets), let counts = directory.values(.stripByteCounts) else {
                throw field.malformed("neither strips nor tiles")
            }
            blocks = Blocks(width: width, height: rows, offsets: offsets, byteCounts: counts)
        }
        try limits.checkWorking([blocks.width, blocks.height, samples, 2], .tiff)
        // Tiles may stand over the picture's edges, but not by so much that unpacking them is all the work.
        let across = (width + blocks.width - 1) / blocks.width * blocks.width
        let down = (height + blocks.height - 1) / blocks.height * blocks.height
        guard across * down <= 2 * limits.maximumPixels else {
            throw ImageError(.tooLarge, "TIFF: tiles of \(across) x \(down) pixels together, the limit is \(2 * limits.maximumPixels)")
        }
    }

    func decode(into canvas: PixelCanvas) throws(ImageError) {
        let perPixel = isPlanar ? 1 : samples
        let rowBytes = (blocks.width * perPixel * bits + 7) / 8
        let planes = isPlanar ? colour.samples : 1
        let across = (width + blocks.width - 1) / blocks.width
        let down = (height + blocks.height - 1) / blocks.height
        let plane = rowBytes * blocks.height
        var room = [UInt8](repeating: 0, count: plane * planes)
        for tile in 0..<(across * down) {
            let (left, top) = (tile % across * blocks.width, tile / across * blocks.height)
            // A last strip holds what is left; a tile is always whole.
            let rows = across == 1 && blocks.width == width ? min(blocks.height, height - top) : blocks.height
            for part in 0..<planes {
                let index = part * across * down + tile
                let packed = try directory.field.part(
                    try directory.value(blocks.offsets, index), try directory.value(blocks.byteCounts, index))
                try compression.unpack(packed, &room, from: part * plane, count: rowBytes * rows)
                if predicts { undoPrediction(&room, part * plane, rowBytes, rows, perPixel) }
            }
            let shown = (min(blocks.width, width - left), min(rows, height - top))
            try write(room, plane, rowBytes, perPixel, canvas, left, top, shown.0, shown.1)
        }
    }

    /// Each sample was stored as its difference from the one to its left.
    private func undoPrediction(_ room: inout [UInt8], _ start: Int, _ rowBytes: Int, _ rows: Int, _ perPixel: Int) {
        let isBig = directory.field.isBigEndian
        for row in 0..<rows {
            let base = start + row * rowBytes
            if bits == 8 {
                for at in stride(from: perPixel, to: rowBytes, by: 1) { room[base + at] &+= room[base + at - perPixel] }
            } else {
                for sample in stride(from: perPixel, to: rowBytes / 2, by: 1) {
                    let (here, left) = (base + 2 * sample, base + 2 * (sample - perPixel))
                    let (high, low) = isBig ? (0, 1) : (1, 0)
                    let sum =
                        UInt16(room[here + high]) << 8 &+ UInt16(room[here + low]) &+ UInt16(room[left + high]) << 8 &+ UInt16(room[left + low])
                    room[here + high] = UInt8(truncatingIfNeeded: sum >> 8)
                    room[here + low] = UInt8(truncatingIfNeeded: sum)
                }
            }
        }
    }

    private func write(
        _ room: [UInt8], _ plane: Int, _ rowBytes: Int, _ perPixel: Int, _ canvas: PixelCanvas, _ left: Int, _ top: Int, _ columns: Int,
        _ rows: Int
    ) throws(ImageError) {
        let high = directory.field.isBigEndian ? 0 : 1
        let mask = (1 << min(bits, 8)) - 1
        var colours: [(UInt8, UInt8, UInt8)] = []
        if case .palette(let map) = colour {
            for index in 0...mask {
                colours.append(
                    (
                        UInt8(truncatingIfNeeded: try directory.value(map, index) >> 8),
                        UInt8(truncatingIfNeeded: try directory.value(map, index + mask + 1) >> 8),
                        UInt8(truncatingIfNeeded: try directory.value(map, index + 2 * (mask + 1)) >> 8)
                    ))
            }
        }
        room.withUnsafeBufferPointer { room in
            for row in 0..<rows {
                /// Sample `channel` of a pixel, before it is stretched.
                func raw(_ column: Int, _ channel: Int) -> Int {
                    let start = (isPlanar ? channel * plane : 0) + row * rowBytes
                    let sample = column * perPixel + (isPlanar ? 0 : channel)
                    switch bits {
                    case 8: return Int(room[start + sample])
                    case 16: return Int(room[start + 2 * sample + high])
                    default:
                        let bit = sample * bits
                        return (Int(room[start + bit / 8]) >> (8 - bits - bit % 8)) & mask
                    }
                }
                func sample(_ column: Int, _ channel: Int) -> UInt8 {
                    UInt8(truncatingIfNeeded: bits >= 8 ? raw(column, channel) : raw(column, channel) * 255 / mask)
                }
                for column in 0..<columns {
                    let (x, y) = (left + column, top + row)
                    switch colour {
                    case .black0: canvas.put(x, y, gray: sample(column, 0))
                    case .white0: canvas.put(x, y, gray: 255 - sample(column, 0))
                    case .rgb: canvas.put(x, y, red: sample(column, 0), green: sample(column, 1), blue: sample(column, 2))
                    case .inks:
                        canvas.put(
                            x, y, cyan: sample(column, 0), magenta: sample(column, 1), yellow: sample(column, 2), black: sample(column, 3))
                    case .palette:
                        let entry = colours[raw(column, 0)]
                        canvas.put(x, y, red: entry.0, green: entry.1, blue: entry.2)
                    }
                }
            }
        }
    }
}
