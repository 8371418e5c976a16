/// Reads tags and values from the bytes of a message. Every step is checked: no bytes make it trap.
package struct WireReader {
    package let bytes: UnsafeRawBufferPointer
    package private(set) var offset = 0

    package init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    package var isAtEnd: Bool { offset >= bytes.count }

    /// A number of up to 64 bits in groups of seven.
    @inline(__always)
    package mutating func varint() throws(MessageError) -> UInt64 {
        guard offset < bytes.count else { throw .truncated(at: offset) }
        let first = bytes[offset]
        if first < 0x80 {
            offset &+= 1
            return UInt64(first)
        }
        return try longVarint()
    }

    private mutating func longVarint() throws(MessageError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        var position = offset
        while position < bytes.count {
            let byte = bytes[position]
            position &+= 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 {
                offset = position
                return value
            }
            shift &+= 7
            if shift > 63 { throw .malformed("a number is longer than ten bytes", at: offset) }
        }
        throw .truncated(at: offset)
    }

    /// The number and wire type of the next field.
    @inline(__always)
    package mutating func tag() throws(MessageError) -> WireTag {
        let start = offset
        let raw = try varint()
        guard raw >> 3 > 0, raw >> 3 <= WireTag.largestField, let type = WireType(rawValue: UInt8(raw & 7)) else {
            throw .malformed("a field has an impossible tag", at: start)
        }
        return WireTag(field: UInt32(raw >> 3), type: type)
    }

    /// The bytes of a string, bytes, message or packed field; a view, not a copy.
    @inline(__always)
    package mutating func block() throws(MessageError) -> UnsafeRawBufferPointer {
        let start = offset
        let length = try varint()
        guard length <= UInt64(bytes.count &- offset) else { throw .truncated(at: start) }
        let view = UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset &+ Int(length))])
        offset &+= Int(length)
        return view
    }

    package mutating func fixed32() throws(MessageError) -> UInt32 {
        guard bytes.count &- offset >= 4 else { throw .truncated(at: offset) }
        let value = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        offset &+= 4
        return UInt32(littleEndian: value)
    }

    package mutating func fixed64() throws(MessageError) -> UInt64 {
        guard bytes.count &- offset >= 8 else { throw .truncated(at: offset) }
        let value = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        offset &+= 8
        return UInt64(littleEndian: value)
    }

    /// Passes over a value of the type. Groups, which no message of ours has, are refused.
    @inline(__always)
    package mutating func skip(_ type: WireType) throws(MessageError) {
        switch type {
        case .varint: _ = try varint()
        case .fixed64: _ = try fixed64()
        case .block: _ = try block()
        case .fixed32: _ = try fixed32()
        case .groupStart, .groupEnd: throw .malformed("a field is a group", at: offset)
        }
    }
}

/// The number and wire type in front of a value.
package struct WireTag: Equatable {
    package var field: UInt32
    package var type: WireType

    static let largestField: UInt64 = (1 << 29) - 1
}

/// How a value is written.
package enum WireType: UInt8 {
    case varint = 0
    case fixed64 = 1
    case block = 2
    case groupStart = 3
    case groupEnd = 4
    case fixed32 = 5
}

extension MessageError {
    // Out of line: the paths that succeed stay short.
    @inline(never)
    static func truncated(at offset: Int) -> MessageError {
        MessageError(.truncated, "the message ends inside a field", at: .byte(offset))
    }

    @inline(never)
    static func malformed(_ message: String, at offset: Int) -> MessageError {
        MessageError(.malformed, message, at: .byte(offset))
    }
}
