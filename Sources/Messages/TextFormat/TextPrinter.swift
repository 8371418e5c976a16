internal import CMessages
internal import CProtobufC

/// Writes a message in the text format: fields in the order of their numbers, lists of numbers and
/// words on one line.
struct TextPrinter {
    private(set) var text = ""

    mutating func print(_ base: UnsafeRawPointer, _ descriptor: MessageDescriptor, indent: Int) {
        let isEntry = Self.isMapEntry(descriptor)
        for field in descriptor.fields.sorted(by: { $0.id < $1.id }) {
            let element = base + Int(field.offset)
            if field.label == PROTOBUF_C_LABEL_REPEATED {
                list(base, field, indent)
            } else if field.isOneofMember {
                if (base + Int(field.quantifier_offset)).load(as: UInt32.self) == field.id { self.field(field, element, indent) }
            } else if isEntry || !Self.isZero(element, field) {
                self.field(field, element, indent)
            }
        }
    }

    private mutating func list(_ base: UnsafeRawPointer, _ field: ProtobufCFieldDescriptor, _ indent: Int) {
        let count = (base + Int(field.quantifier_offset)).load(as: Int.self)
        guard count > 0, let start = (base + Int(field.offset)).load(as: UnsafeRawPointer?.self) else { return }
        let stride = Self.elementBytes(field.type)
        if field.type == PROTOBUF_C_TYPE_MESSAGE {
            for index in 0..<count { self.field(field, start + index * stride, indent) }
        } else {
            line(indent, field, ": [ " + (0..<count).map { Self.scalar(start + $0 * stride, field) }.joined(separator: ", ") + " ]")
        }
    }

    private mutating func field(_ field: ProtobufCFieldDescriptor, _ element: UnsafeRawPointer, _ indent: Int) {
        guard field.type == PROTOBUF_C_TYPE_MESSAGE else { return line(indent, field, ": " + Self.scalar(element, field)) }
        guard let message = element.load(as: UnsafeRawPointer?.self) else { return }
        line(indent, field, " {")
        print(message, field.messageDescriptor, indent: indent + 1)
        text += String(repeating: "  ", count: indent) + "}\n"
    }

    private mutating func line(_ indent: Int, _ field: ProtobufCFieldDescriptor, _ rest: String) {
        text += String(repeating: "  ", count: indent) + String(cString: field.name) + rest + "\n"
    }

    static func scalar(_ element: UnsafeRawPointer, _ field: ProtobufCFieldDescriptor) -> String {
        switch field.type {
        case PROTOBUF_C_TYPE_BOOL: Bool(element: element) ? "true" : "false"
        case PROTOBUF_C_TYPE_INT32, PROTOBUF_C_TYPE_SINT32, PROTOBUF_C_TYPE_SFIXED32: String(Int32(element: element))
        case PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_TYPE_FIXED32: String(UInt32(element: element))
        case PROTOBUF_C_TYPE_INT64, PROTOBUF_C_TYPE_SINT64, PROTOBUF_C_TYPE_SFIXED64: String(Int64(element: element))
        case PROTOBUF_C_TYPE_UINT64, PROTOBUF_C_TYPE_FIXED64: String(UInt64(element: element))
        case PROTOBUF_C_TYPE_FLOAT: Float(element: element).description
        case PROTOBUF_C_TYPE_DOUBLE: Double(element: element).description
        case PROTOBUF_C_TYPE_STRING: quoted(Array(String(element: element).utf8), isText: true)
        case PROTOBUF_C_TYPE_BYTES: quoted([UInt8](element: element), isText: false)
        case PROTOBUF_C_TYPE_ENUM: enumeration(Int32(element: element), field)
        default: ""
        }
    }

    private static func enumeration(_ value: Int32, _ field: ProtobufCFieldDescriptor) -> String {
        guard let known = protobuf_c_enum_descriptor_get_value(field.enumDescriptor, value) else { return String(value) }
        return String(cString: known.pointee.name)
    }

    private static func quoted(_ bytes: [UInt8], isText: Bool) -> String {
        var out: [UInt8] = [UInt8(ascii: "\"")]
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): out += Array("\\n".utf8)
            case UInt8(ascii: "\r"): out += Array("\\r".utf8)
            case UInt8(ascii: "\t"): out += Array("\\t".utf8)
            case 0x20..<0x7f: out.append(byte)
            case 0x80... where isText: out.append(byte)
            default: out += Array("\\".utf8) + [byte >> 6, byte >> 3 & 7, byte & 7].map { $0 + UInt8(ascii: "0") }
            }
        }
        return String(decoding: out + [UInt8(ascii: "\"")], as: UTF8.self)
    }

    private static func isZero(_ element: UnsafeRawPointer, _ field: ProtobufCFieldDescriptor) -> Bool {
        switch field.type {
        case PROTOBUF_C_TYPE_MESSAGE: element.load(as: UnsafeRawPointer?.self) == nil
        case PROTOBUF_C_TYPE_STRING: String(element: element).isEmpty
        case PROTOBUF_C_TYPE_BYTES: element.load(as: ProtobufCBinaryData.self).len == 0
        default: (0..<elementBytes(field.type)).allSatisfy { element.load(fromByteOffset: $0, as: UInt8.self) == 0 }
        }
    }

    static func elementBytes(_ type: ProtobufCType) -> Int {
        switch type {
        case PROTOBUF_C_TYPE_MESSAGE: MemoryLayout<UnsafeRawPointer?>.size
        case PROTOBUF_C_TYPE_STRING: String.elementBytes
        case PROTOBUF_C_TYPE_BYTES: [UInt8].elementBytes
        case PROTOBUF_C_TYPE_BOOL: Bool.elementBytes
        case PROTOBUF_C_TYPE_INT64, PROTOBUF_C_TYPE_SINT64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_UINT64,
            PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_DOUBLE:
            8
        default: 4
        }
    }

    /// protobuf-c knows no maps: their entries show by name and fields. Both fields of an entry are
    /// written even when they are zero, as other printers do.
    static func isMapEntry(_ descriptor: MessageDescriptor) -> Bool {
        let fields = descriptor.fields
        return fields.count == 2 && String(cString: descriptor.pointer.pointee.short_name).hasSuffix("Entry")
            && fields.contains { String(cString: $0.name) == "key" } && fields.contains { String(cString: $0.name) == "value" }
    }
}
