/// The first directory of a TIFF file: what is known of the picture, by tag.
struct TIFFDirectory {
    enum Tag: Int {
        case width = 256
        case height = 257
        case bitsPerSample = 258
        case compression = 259
        case photometric = 262
        case fillOrder = 266
        case stripOffsets = 273
        case samplesPerPixel = 277
        case rowsPerStrip = 278
        case stripByteCounts = 279
        case planarConfiguration = 284
        case predictor = 317
        case colorMap = 320
        case tileWidth = 322
        case tileLength = 323
        case tileOffsets = 324
        case tileByteCounts = 325
        case sampleFormat = 339
    }

    /// Numbers that lie somewhere in the file.
    struct Values {
        let count: Int
        fileprivate let width: Int
        fileprivate let start: Int
    }

    let field: ByteField
    private var entries: [Tag: Values] = [:]

    init(_ source: ByteField) throws(ImageError) {
        var field = source
        field.isBigEndian = try source.byte(0) == 0x4D
        let start = try field.long(4)
        for entry in 0..<(try field.short(start)) {
            let at = start + 2 + 12 * entry
            let kind = try field.short(at + 2)
            let count = try field.long(at + 4)
            guard let tag = Tag(rawValue: try field.short(at)) else { continue }
            let width: Int
            switch kind {
            case 1: width = 1
            case 3: width = 2
            case 4: width = 4
            default: throw field.malformed("tag \(tag.rawValue) is of type \(kind)")
            }
            let inPlace = count <= 4 / width
            let values = Values(count: count, width: width, start: inPlace ? at + 8 : try field.long(at + 8))
            _ = try field.part(values.start, count * width)
            entries[tag] = values
        }
        self.field = field
    }

    func values(_ tag: Tag) -> Values? { entries[tag] }

    func value(_ values: Values, _ index: Int) throws(ImageError) -> Int {
        guard index < values.count else { throw field.malformed("a list of \(values.count) values is too short") }
        let at = values.start + index * values.width
        switch values.width {
        case 1: return try field.byte(at)
        case 2: return try field.short(at)
        default: return try field.long(at)
        }
    }

    /// The first value of `tag`.
    func first(_ tag: Tag, default other: Int? = nil) throws(ImageError) -> Int {
        guard let values = entries[tag], values.count > 0 else {
            guard let other else { throw field.malformed("tag \(tag.rawValue) is missing") }
            return other
        }
        return try value(values, 0)
    }
}
