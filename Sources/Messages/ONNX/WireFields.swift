internal import CMessages
internal import CProtobufC

/// One field of a message on the wire.
struct WireField {
    let number: Int
    let wireType: UInt8
    /// From the tag to the end of the value.
    let whole: Range<Int>
    /// The value: without tag and length.
    let payload: Range<Int>
}

/// A cursor over the top level of one message. It looks into nothing and copies nothing.
struct WireFields {
    let bytes: UnsafeRawBufferPointer
    var position: Int
    let end: Int

    init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) {
        self.bytes = bytes
        self.position = range.lowerBound
        self.end = range.upperBound
    }

    /// The next field; nil at the end.
    mutating func next() throws(ONNXFormatError) -> WireField? {
        guard position < end else { return nil }
        let start = position
        let tag = try varint()
        let number = tag >> 3
        guard number >= 1, number <= 0x1FFF_FFFF else { throw ONNXFormatError("field number out of range at byte \(start)") }
        let wireType = UInt8(tag & 7)
        var payloadStart = position
        switch wireType {
        case 0: _ = try varint()
        case 1: try skip(8)
        case 2:
            let length = try varint()
            payloadStart = position
            guard length <= UInt64(end - position) else {
                throw ONNXFormatError("truncated: field \(number) at byte \(start) says \(length) bytes, \(end - position) are left")
            }
            position += Int(length)
        case 5: try skip(4)
        default: throw ONNXFormatError("wire type \(wireType) at byte \(start)")
        }
        return WireField(number: Int(number), wireType: wireType, whole: start..<position, payload: payloadStart..<position)
    }

    private mutating func skip(_ count: Int) throws(ONNXFormatError) {
        guard end - position >= count else { throw ONNXFormatError("truncated at byte \(position)") }
        position += count
    }

    private mutating func varint() throws(ONNXFormatError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < end {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
            if shift > 63 { throw ONNXFormatError("number of more than ten bytes at byte \(position)") }
        }
        throw ONNXFormatError("truncated at byte \(position)")
    }
}

/// Checks that messages nest no deeper than `limit`, following `descriptor` into every message field.
func checkNesting(
    _ bytes: UnsafeRawBufferPointer, in range: Range<Int>, as descriptor: UnsafePointer<ProtobufCMessageDescriptor>, limit: Int
) throws(ONNXFormatError) {
    guard limit > 0 else { throw ONNXFormatError("messages nest deeper than the limit") }
    var fields = WireFields(bytes, in: range)
    while let field = try fields.next() {
        guard field.wireType == 2, field.number <= UInt32.max,
            let known = protobuf_c_message_descriptor_get_field(descriptor, UInt32(field.number)),
            known.pointee.type == PROTOBUF_C_TYPE_MESSAGE, let inner = known.pointee.descriptor
        else { continue }
        try checkNesting(
            bytes, in: field.payload, as: inner.assumingMemoryBound(to: ProtobufCMessageDescriptor.self), limit: limit - 1)
    }
}
