/// PNG: all colour types and depths, interlaced or not. Transparency and gamma are left alone.
struct PNGImage: ImageCodec {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    let width: Int
    let height: Int
    private let field: ByteField
    private let depth: Int
    private let colour: Colour
    private let isInterlaced: Bool

    private enum Colour: Int {
        case gray = 0
        case rgb = 2
        case palette = 3
        case grayAlpha = 4
        case rgbAlpha = 6

        var samples: Int {
            switch self {
            case .gray, .palette: 1
            case .grayAlpha: 2
            case .rgb: 3
            case .rgbAlpha: 4
            }
        }

        var depths: [Int] {
            switch self {
            case .gray: [1, 2, 4, 8, 16]
            case .palette: [1, 2, 4, 8]
            default: [8, 16]
            }
        }
    }

    init(_ field: ByteField, _ limits: ImageLimits) throws(ImageError) {
        guard try field.long(8) == 13, try field.long(12) == Chunk.header else { throw field.malformed("it does not begin with its header") }
        width = try field.long(16)
        height = try field.long(20)
        try limits.check(width: width, height: height, .png)
        depth = try field.byte(24)
        guard let colour = Colour(rawValue: try field.byte(25)), colour.depths.contains(depth) else {
            throw field.malformed("colour type \(try field.byte(25)) with \(depth) bits")
        }
        guard try field.byte(26) == 0, try field.byte(27) == 0, try field.byte(28) <= 1 else {
            throw field.malformed("unknown compression, filter or interlacing")
        }
        self.colour = colour
        isInterlaced = try field.byte(28) == 1
        self.field = field
    }

    func decode(into canvas: PixelCanvas) throws(ImageError) {
        let chunks = try chunks()
        if colour == .palette, chunks.palette.isEmpty { throw field.malformed("no palette") }
        var stream = try InflateStream(chunks.data, .png)
        let passes = isInterlaced ? Pass.interlaced : [Pass(x: 0, y: 0, stepX: 1, stepY: 1)]
        let rowBytes = (width * depth * colour.samples + 7) / 8
        // One byte that names the filter, then the row; the row above it stays for the next one's sake.
        var above = [UInt8](repeating: 0, count: rowBytes + 1)
        var row = above
        for pass in passes {
            let columns = (width - pass.x + pass.stepX - 1) / pass.stepX
            let rows = (height - pass.y + pass.stepY - 1) / pass.stepY
            guard columns > 0, rows > 0 else { continue }
            let count = (columns * depth * colour.samples + 7) / 8
            for at in above.indices { above[at] = 0 }
            for line in 0..<rows {
                try fill(&row, count + 1, &stream)
                try unfilter(&row, above: above, count: count)
                write(row, columns, line, pass, chunks.palette, canvas)
                swap(&row, &above)
            }
        }
    }

    private func fill(_ row: inout [UInt8], _ count: Int, _ stream: inout InflateStream) throws(ImageError) {
        var failure: ImageError?
        row.withUnsafeMutableBufferPointer { room in
            guard let base = room.baseAddress else { return }
            do throws(ImageError) {
                try stream.fill(base, count)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    /// The palette as triples, and where the compressed data lie.
    private func chunks() throws(ImageError) -> (palette: UnsafeRawBufferPointer, data: [UnsafeRawBufferPointer]) {
        var palette = UnsafeRawBufferPointer(start: nil, count: 0)
        var data: [UnsafeRawBufferPointer] = []
        var at = 8
        while at < field.count {
            let length = try field.long(at)
            let kind = try field.long(at + 4)
            if kind == Chunk.end { break }
            if kind == Chunk.header || kind == Chunk.palette || kind == Chunk.data {
                guard InflateStream.checksum(try field.part(at + 4, length + 4)) == (try field.long(at + 8 + length)) else {
                    throw field.malformed("a chunk's check sum is wrong")
                }
            }
            if kind == Chunk.palette {
                guard length % 3 == 0, length <= 768 else { throw field.malformed("a palette of \(length) bytes") }
                palette = try field.part(at + 8, length)
            } else if kind == Chunk.data {
                data.append(try field.part(at + 8, length))
            }
            at += length + 12
        }
        guard !data.isEmpty else { throw field.truncated }
        return (palette, data)
    }

    private func unfilter(_ row: inout [UInt8], above: [UInt8], count: Int) throws(ImageError) {
        let kind = row[0]
        guard kind <= 4 else { throw field.malformed("filter \(kind)") }
        if kind == 0 { return }
        let step = max(1, depth * colour.samples / 8)
        row.withUnsafeMutableBufferPointer { row in
            above.withUnsafeBufferPointer { above in
                switch kind {
                case 1: for at in 1...count where at > step { row[at] &+= row[at - step] }
                case 2: for at in 1...count { row[at] &+= above[at] }
                case 3:
                    for at in 1...count {
                        let left = at > step ? Int(row[at - step]) : 0
                        row[at] &+= UInt8(truncatingIfNeeded: (left + Int(above[at])) >> 1)
                    }
                default:
                    for at in 1...count {
                        let left = at > step ? Int(row[at - step]) : 0
                        let up = Int(above[at])
                        let corner = at > step ? Int(above[at - step]) : 0
                        let toLeft = abs(up - corner)
                        let toUp = abs(left - corner)
                        let toCorner = abs(left + up - 2 * corner)
                        let nearest = toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner
                        row[at] &+= UInt8(truncatingIfNeeded: nearest)
                    }
                }
            }
        }
    }

    private func write(
        _ row: [UInt8], _ columns: Int, _ line: Int, _ pass: Pass, _ palette: UnsafeRawBufferPointer, _ canvas: PixelCanvas
    ) {
        let y = pass.y + line * pass.stepY
        let wide = depth == 16 ? 2 : 1
        row.withUnsafeBufferPointer { row in
            for column in 0..<columns {
                let x = pass.x + column * pass.stepX
                switch colour {
                case .rgb, .rgbAlpha:
                    let at = 1 + column * colour.samples * wide
                    canvas.put(x, y, red: row[at], green: row[at + wide], blue: row[at + 2 * wide])
                case .grayAlpha:
                    canvas.put(x, y, gray: row[1 + column * 2 * wide])
                case .gray where depth >= 8:
                    canvas.put(x, y, gray: row[1 + column * wide])
                case .gray, .palette:
                    let bit = column * depth
                    let mask = (1 << depth) - 1
                    let value = (Int(row[1 + bit / 8]) >> (8 - depth - bit % 8)) & mask
                    if colour == .gray {
                        canvas.put(x, y, gray: UInt8(value * 255 / mask))
                    } else if 3 * value + 2 < palette.count {
                        canvas.put(x, y, red: palette[3 * value], green: palette[3 * value + 1], blue: palette[3 * value + 2])
                    } else {
                        canvas.put(x, y, gray: 0)
                    }
                }
            }
        }
    }

    private enum Chunk {
        static let header = 0x4948_4452
        static let palette = 0x504C_5445
        static let data = 0x4944_4154
        static let end = 0x4945_4E44
    }

    /// Every `stepX`-th pixel of every `stepY`-th row, from (x, y) on.
    private struct Pass {
        let x, y, stepX, stepY: Int

        static let interlaced = [
            Pass(x: 0, y: 0, stepX: 8, stepY: 8), Pass(x: 4, y: 0, stepX: 8, stepY: 8), Pass(x: 0, y: 4, stepX: 4, stepY: 8),
            Pass(x: 2, y: 0, stepX: 4, stepY: 4), Pass(x: 0, y: 2, stepX: 2, stepY: 4), Pass(x: 1, y: 0, stepX: 2, stepY: 2),
            Pass(x: 0, y: 1, stepX: 1, stepY: 2),
        ]
    }
}
