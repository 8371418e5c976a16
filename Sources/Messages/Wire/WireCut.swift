/// Tensor bytes cut out of a message, and what is left of it.
///
/// protobuf-c copies every bytes field. Cutting the large ones out of the top level first means
/// that it only ever sees the small rest, and that tensors are views into the message.
struct WireCut {
    /// The message without the field that was cut: a view into it where that is possible.
    var rest: UnsafeRawBufferPointer
    /// The values of the field, in order: views into the message.
    var blocks: UnsafeBufferPointer<UnsafeRawBufferPointer>

    /// Cuts the bytes field `field` out of the top level. O(fields of the top level).
    init(field: UInt32, from bytes: UnsafeRawBufferPointer, in arena: borrowing MessageArena) throws(MessageError) {
        // The first pass only counts: most messages have all blocks at the end, and then the rest
        // is the part in front of them, as it stands.
        var reader = WireReader(bytes)
        var count = 0
        var restCount = 0
        var firstBlock = bytes.count
        var lastRest = 0
        while !reader.isAtEnd {
            let start = reader.offset
            let tag = try reader.tag()
            try reader.skip(tag.type)
            if tag.field == field, tag.type == .block {
                if count == 0 { firstBlock = start }
                count &+= 1
            } else {
                restCount &+= reader.offset &- start
                lastRest = reader.offset
            }
        }
        guard count > 0 else {
            rest = bytes
            blocks = UnsafeBufferPointer(start: nil, count: 0)
            return
        }
        let list = try arena.allocate(UnsafeRawBufferPointer.self, count: count)
        let inOrder = lastRest <= firstBlock
        let copy = inOrder ? nil : try arena.allocate(UInt8.self, count: restCount)
        reader = WireReader(bytes)
        var index = 0
        var filled = 0
        while !reader.isAtEnd {
            let start = reader.offset
            let tag = try reader.tag()
            if tag.field == field, tag.type == .block {
                (list + index).initialize(to: try reader.block())
                index &+= 1
            } else {
                try reader.skip(tag.type)
                guard let copy else { continue }
                let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<reader.offset])
                UnsafeMutableRawBufferPointer(start: copy + filled, count: piece.count).copyMemory(from: piece)
                filled &+= piece.count
            }
        }
        blocks = UnsafeBufferPointer(start: list, count: count)
        rest = copy.map { UnsafeRawBufferPointer(start: $0, count: restCount) } ?? UnsafeRawBufferPointer(rebasing: bytes[..<lastRest])
    }
}
