internal import CMessages
internal import CProtobufC

/// Where a message is written to as JSON, piece by piece.
package protocol JSONSink {
    mutating func beginObject()
    mutating func endObject()
    mutating func beginArray()
    mutating func endArray()
    mutating func key(_ name: String)
    mutating func string(_ text: String)
    mutating func bool(_ value: Bool)
    mutating func integer(_ value: Int64)
    mutating func integer(_ value: UInt64)
    mutating func float(_ value: Float)
    mutating func double(_ value: Double)
    mutating func null()
}

/// Writes a message as JSON with the field names of its proto. Scalars and lists are written even when they are zero or empty, as the
/// servers do whose clients read this; messages that are absent are left out.
struct MessageJSON {
    /// 64-bit numbers in quotes, as proto3's JSON has them; else as numbers.
    let quotesLongNumbers: Bool

    func write(_ base: UnsafeRawPointer, _ descriptor: MessageDescriptor, to writer: inout some JSONSink) {
        writer.beginObject()
        for field in descriptor.fields.sorted(by: { $0.id < $1.id }) {
            let element = base + Int(field.offset)
            if field.label == PROTOBUF_C_LABEL_REPEATED {
                list(base, field, to: &writer)
            } else if field.isOneofMember {
                guard (base + Int(field.quantifier_offset)).load(as: UInt32.self) == field.id else { continue }
                member(field, element, to: &writer)
            } else if field.type != PROTOBUF_C_TYPE_MESSAGE || element.load(as: UnsafeRawPointer?.self) != nil {
                member(field, element, to: &writer)
            }
        }
        writer.endObject()
    }

    private func member(_ field: ProtobufCFieldDescriptor, _ element: UnsafeRawPointer, to writer: inout some JSONSink) {
        writer.key(String(cString: field.name))
        value(field, element, to: &writer)
    }

    private func list(_ base: UnsafeRawPointer, _ field: ProtobufCFieldDescriptor, to writer: inout some JSONSink) {
        let count = (base + Int(field.quantifier_offset)).load(as: Int.self)
        let start = count > 0 ? (base + Int(field.offset)).load(as: UnsafeRawPointer?.self) : nil
        writer.key(String(cString: field.name))
        if field.type == PROTOBUF_C_TYPE_MESSAGE, TextPrinter.isMapEntry(field.messageDescriptor) {
            writer.beginObject()
            if let start {
                for index in 0..<count {
                    entry(start + index * MemoryLayout<UnsafeRawPointer?>.stride, field.messageDescriptor, to: &writer)
                }
            }
            writer.endObject()
            return
        }
        writer.beginArray()
        let stride = TextPrinter.elementBytes(field.type)
        if let start { for index in 0..<count { value(field, start + index * stride, to: &writer) } }
        writer.endArray()
    }

    private func entry(_ element: UnsafeRawPointer, _ descriptor: MessageDescriptor, to writer: inout some JSONSink) {
        guard let entry = element.load(as: UnsafeRawPointer?.self) else { return }
        let key = descriptor.field(1).pointee
        let value = descriptor.field(2).pointee
        writer.key(
            key.type == PROTOBUF_C_TYPE_STRING ? String(element: entry + Int(key.offset)) : TextPrinter.scalar(entry + Int(key.offset), key)
        )
        if value.type == PROTOBUF_C_TYPE_MESSAGE, (entry + Int(value.offset)).load(as: UnsafeRawPointer?.self) == nil {
            writer.beginObject()
            writer.endObject()
        } else {
            self.value(value, entry + Int(value.offset), to: &writer)
        }
    }

    private func value(_ field: ProtobufCFieldDescriptor, _ element: UnsafeRawPointer, to writer: inout some JSONSink) {
        switch field.type {
        case PROTOBUF_C_TYPE_MESSAGE:
            guard let message = element.load(as: UnsafeRawPointer?.self) else { return writer.null() }
            write(message, field.messageDescriptor, to: &writer)
        case PROTOBUF_C_TYPE_BOOL: writer.bool(Bool(element: element))
        case PROTOBUF_C_TYPE_STRING: writer.string(String(element: element))
        case PROTOBUF_C_TYPE_BYTES: writer.string(String(decoding: [UInt8](element: element), as: UTF8.self))
        case PROTOBUF_C_TYPE_FLOAT: writer.float(Float(element: element))
        case PROTOBUF_C_TYPE_DOUBLE: writer.double(Double(element: element))
        case PROTOBUF_C_TYPE_INT64, PROTOBUF_C_TYPE_SINT64, PROTOBUF_C_TYPE_SFIXED64: long(Int64(element: element), to: &writer)
        case PROTOBUF_C_TYPE_UINT64, PROTOBUF_C_TYPE_FIXED64: long(UInt64(element: element), to: &writer)
        case PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_TYPE_FIXED32: writer.integer(UInt64(UInt32(element: element)))
        case PROTOBUF_C_TYPE_ENUM: writer.string(TextPrinter.scalar(element, field))
        default: writer.integer(Int64(Int32(element: element)))
        }
    }

    private func long(_ value: Int64, to writer: inout some JSONSink) {
        if quotesLongNumbers { writer.string(String(value)) } else { writer.integer(value) }
    }

    private func long(_ value: UInt64, to writer: inout some JSONSink) {
        if quotesLongNumbers { writer.string(String(value)) } else { writer.integer(value) }
    }
}

extension Message {
    /// Writes the message as JSON, with the field names of its proto. Throws `MessageError` when a text holds a zero byte.
    ///
    /// - Parameter quotesLongNumbers: 64-bit numbers as strings, as proto3's JSON has them.
    package func writeJSON(to writer: inout some JSONSink, quotesLongNumbers: Bool = false) throws(MessageError) {
        guard let mapped = self as? any MappedMessage else { return writer.null() }
        try mapped.writeMappedJSON(to: &writer, quotesLongNumbers: quotesLongNumbers)
    }
}

extension MappedMessage {
    func writeMappedJSON(to writer: inout some JSONSink, quotesLongNumbers: Bool) throws(MessageError) {
        let arena = MessageArena(limits: .unbounded)
        let message = UnsafeRawPointer(try packed(in: arena))
        MessageJSON(quotesLongNumbers: quotesLongNumbers).write(message, Self.descriptor, to: &writer)
    }
}
