internal import CMessages
internal import CProtobufC

/// Checks bytes against a message's descriptor before protobuf-c sees them: nesting, wire types,
/// and text. What passes decodes as it was meant, or fails for want of arena only.
enum WireCheck {
    typealias Descriptor = UnsafePointer<ProtobufCMessageDescriptor>

    static func check(_ bytes: UnsafeRawBufferPointer, against descriptor: Descriptor, depth: Int) throws(MessageError) {
        guard depth > 0 else {
            throw MessageError(.tooDeep, "\(name(of: descriptor)) is nested too deeply")
        }
        var reader = WireReader(bytes)
        while !reader.isAtEnd {
            let start = reader.offset
            let tag = try reader.tag()
            guard let field = protobuf_c_message_descriptor_get_field(descriptor, tag.field) else {
                try reader.skip(tag.type)
                continue
            }
            if tag.type == wireType(of: field.pointee.type) {
                guard tag.type == .block else {
                    try reader.skip(tag.type)
                    continue
                }
                let block = try reader.block()
                switch field.pointee.type {
                case PROTOBUF_C_TYPE_MESSAGE:
                    let nested = UnsafeRawPointer(field.pointee.descriptor!).assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
                    try check(block, against: nested, depth: depth &- 1)
                case PROTOBUF_C_TYPE_STRING:
                    if let fault = WireText.fault(in: block) { throw textError(fault, field, descriptor, at: start) }
                default:
                    break
                }
            } else if tag.type == .block, field.pointee.label == PROTOBUF_C_LABEL_REPEATED {
                _ = try reader.block()
            } else {
                throw MessageError(
                    .malformed, "field \(String(cString: field.pointee.name)) of \(name(of: descriptor)) has the wrong wire type",
                    at: .byte(start))
            }
        }
    }

    private static func wireType(of type: ProtobufCType) -> WireType {
        switch type {
        case PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_DOUBLE: .fixed64
        case PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_FLOAT: .fixed32
        case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_MESSAGE: .block
        default: .varint
        }
    }

    private static func name(of descriptor: Descriptor) -> String {
        String(cString: descriptor.pointee.name)
    }

    @inline(never)
    private static func textError(
        _ fault: WireText.Fault, _ field: UnsafePointer<ProtobufCFieldDescriptor>, _ descriptor: Descriptor, at offset: Int
    ) -> MessageError {
        let what = fault == .zeroByte ? "holds a zero byte" : "is not UTF-8"
        return MessageError(
            .invalidText, "field \(String(cString: field.pointee.name)) of \(name(of: descriptor)) \(what)", at: .byte(offset))
    }
}
