/// What a JPEG 2000 code stream says of itself, and the work that it would be.
///
/// The library believes all of it and takes memory for every tile, code block and precinct before it sees a byte of the picture: they
/// are counted first, in the main header and in those of the tiles.
struct JPEG2000Header {
    let width: Int
    let height: Int
    let components: Int

    /// Tiles of a picture.
    private static let maximumTiles = 4096
    /// Code blocks, and precincts, of a picture.
    private static let maximumBlocks = 1 << 20
    /// Layers, each of which costs two bytes a precinct.
    private static let maximumLayers = 256

    init(_ field: ByteField, _ limits: ImageLimits) throws(ImageError) {
        guard try field.long(0) == 0xFF4F_FF51 else { throw field.malformed("a code stream that does not begin with its size") }
        let (right, bottom) = (try field.long(8), try field.long(12))
        let (left, top) = (try field.long(16), try field.long(20))
        let (tileWidth, tileHeight) = (try field.long(24), try field.long(28))
        let (tileLeft, tileTop) = (try field.long(32), try field.long(36))
        components = try field.short(40)
        guard (1...4).contains(components) else { throw field.unsupported("\(components) components") }
        guard left < right, top < bottom, tileWidth > 0, tileHeight > 0, tileLeft <= left, tileTop <= top,
            tileLeft + tileWidth > left, tileTop + tileHeight > top
        else { throw field.malformed("a picture without pixels or tiles that do not cover it") }
        width = right - left
        height = bottom - top
        try limits.check(width: width, height: height, .jpeg2000)
        // The library holds a tile and the picture as 32-bit numbers.
        try limits.checkWorking([width, height, components, 8], .jpeg2000)
        let tiles = ((right - tileLeft + tileWidth - 1) / tileWidth, (bottom - tileTop + tileHeight - 1) / tileHeight)
        guard tiles.0 <= Self.maximumTiles, tiles.1 <= Self.maximumTiles, tiles.0 * tiles.1 <= Self.maximumTiles else {
            throw ImageError(.tooLarge, "JPEG 2000: \(tiles.0) x \(tiles.1) tiles, the limit is \(Self.maximumTiles)")
        }
        try checkStyles(field, tiles.0 * tiles.1)
    }

    /// Walks all headers for the markers that say how finely the picture is cut.
    private func checkStyles(_ field: ByteField, _ tiles: Int) throws(ImageError) {
        var at = 2
        var tileStart = 0
        while at < field.count {
            let marker = try field.short(at)
            // What follows is data up to the next tile's header.
            if marker == 0xFF93 {
                let length = try field.long(tileStart + 6)
                guard length >= 12 else { return }
                at = tileStart + length
                guard at > tileStart + 12 else { return }
                continue
            }
            if marker == 0xFFD9 { return }
            if marker == 0xFF90 { tileStart = at }
            let length = try field.short(at + 2)
            guard length >= 2 else { throw field.malformed("a marker segment of \(length) bytes") }
            switch marker {
            case 0xFF52:
                let layers = try field.short(at + 6)
                guard layers <= Self.maximumLayers else {
                    throw ImageError(.tooLarge, "JPEG 2000: \(layers) layers, the limit is \(Self.maximumLayers)")
                }
                try checkStyle(field, at + 9, hasPrecincts: try field.byte(at + 4) & 1 == 1, tiles)
            case 0xFF53: try checkStyle(field, at + 6, hasPrecincts: try field.byte(at + 5) & 1 == 1, tiles)
            default: break
            }
            at += 2 + length
        }
    }

    /// `at`: the number of levels, the code blocks' exponents, style, transformation, and precincts where they are given.
    private func checkStyle(_ field: ByteField, _ at: Int, hasPrecincts: Bool, _ tiles: Int) throws(ImageError) {
        let levels = try field.byte(at)
        guard levels <= 32 else { throw field.malformed("\(levels) levels") }
        let exponents = (try field.byte(at + 1) & 15 + 2, try field.byte(at + 2) & 15 + 2)
        try check(exponents.0, exponents.1, tiles * (levels + 1), "code blocks")
        guard hasPrecincts else { return }
        for level in 0...levels {
            let size = try field.byte(at + 5 + level)
            // Each level is half the size of the next, so its precincts are counted at the size that it has.
            try check(size & 15 + levels - level, size >> 4 + levels - level, tiles, "precincts")
        }
    }

    private func check(_ across: Int, _ down: Int, _ extra: Int, _ what: String) throws(ImageError) {
        let count = ((width >> min(across, 40)) + 1) * ((height >> min(down, 40)) + 1) * components + extra * components
        guard count <= Self.maximumBlocks else {
            throw ImageError(.tooLarge, "JPEG 2000: \(count) \(what), the limit is \(Self.maximumBlocks)")
        }
    }
}
