/// Reads an entry of a map with text keys by hand, so that its value need not be copied.
struct WireMapEntry {
    var key = MessageText()
    /// The value, when it is text, bytes or a message: a view. A value sent in parts is the last part.
    var value = UnsafeRawBufferPointer(start: nil, count: 0)

    init(_ bytes: UnsafeRawBufferPointer, of map: StaticString) throws(MessageError) {
        var reader = WireReader(bytes)
        while !reader.isAtEnd {
            let start = reader.offset
            let tag = try reader.tag()
            switch tag.field {
            case 1, 2:
                guard tag.type == .block else { throw .malformed("an entry of \(map) has the wrong wire type", at: start) }
                let block = try reader.block()
                if tag.field == 2 {
                    value = block
                } else if WireText.fault(in: block) == nil {
                    key = MessageText(unchecked: block)
                } else {
                    throw MessageError(.invalidText, "a key of \(map) is not UTF-8 or holds a zero byte", at: .byte(start))
                }
            default:
                try reader.skip(tag.type)
            }
        }
    }
}
