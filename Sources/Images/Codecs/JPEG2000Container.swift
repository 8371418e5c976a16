/// Where the code stream lies in a JPEG 2000 file, and what its boxes say of the colours.
struct JPEG2000Container {
    static let signature: [UInt8] = [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A]

    let codeStream: ByteField
    /// Whether the components are brightness and two differences, rather than colours.
    private(set) var isYCC = false

    init(_ field: ByteField) throws(ImageError) {
        if try field.byte(0) == 0xFF {
            codeStream = field
            return
        }
        var found: ByteField?
        var isYCC = false
        try Self.boxes(field, 0..<field.count) { (kind, body) throws(ImageError) in
            if kind == 0x6A70_3263 {
                found = ByteField(try field.part(body.lowerBound, body.count), .jpeg2000)
                return false
            }
            guard kind == 0x6A70_3268 else { return true }
            try Self.boxes(field, body) { (kind, body) throws(ImageError) in
                if kind == 0x7063_6C72 { throw field.unsupported("palettes") }
                if kind == 0x636F_6C72, body.count >= 7, try field.byte(body.lowerBound) == 1 {
                    isYCC = try field.long(body.lowerBound + 3) == 18
                }
                return true
            }
            return true
        }
        guard let found else { throw field.malformed("no code stream") }
        codeStream = found
        self.isYCC = isYCC
    }

    /// Calls `visit` with the type and the place of each box until it returns false.
    private static func boxes(
        _ field: ByteField, _ range: Range<Int>, _ visit: (Int, Range<Int>) throws(ImageError) -> Bool
    ) throws(ImageError) {
        var at = range.lowerBound
        while at < range.upperBound {
            var length = try field.long(at)
            var head = 8
            if length == 1 {
                guard try field.long(at + 8) == 0 else { throw field.truncated }
                length = try field.long(at + 12)
                head = 16
            } else if length == 0 {
                length = range.upperBound - at
            }
            guard length >= head, length <= range.upperBound - at else { throw field.truncated }
            guard try visit(try field.long(at + 4), (at + head)..<(at + length)) else { return }
            at += length
        }
    }
}
