internal import CMessages
internal import CProtobufC

extension TextParser {
    /// Takes a value of the field's type and appends it with its tag.
    mutating func scalar(_ field: ProtobufCFieldDescriptor, into buffer: inout WireBuffer) throws(MessageError) {
        switch field.type {
        case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_BYTES:
            try text(field, into: &buffer)
        case PROTOBUF_C_TYPE_BOOL:
            buffer.append(tag: field.id, .varint)
            buffer.append(try flag(field) ? 1 : 0)
        case PROTOBUF_C_TYPE_ENUM:
            let value = try enumeration(field)
            buffer.append(tag: field.id, .varint)
            buffer.append(varint: UInt64(bitPattern: Int64(value)))
        case PROTOBUF_C_TYPE_FLOAT:
            let value = Float(try real(field))
            buffer.append(tag: field.id, .fixed32)
            withUnsafeBytes(of: value.bitPattern.littleEndian) { buffer.append($0) }
        case PROTOBUF_C_TYPE_DOUBLE:
            let value = try real(field)
            buffer.append(tag: field.id, .fixed64)
            buffer.append(fixed64: value.bitPattern)
        case PROTOBUF_C_TYPE_INT32:
            let value = Int64(try whole(field, Int32.self))
            buffer.append(tag: field.id, .varint)
            buffer.append(varint: UInt64(bitPattern: value))
        case PROTOBUF_C_TYPE_INT64:
            let value = try whole(field, Int64.self)
            buffer.append(tag: field.id, .varint)
            buffer.append(varint: UInt64(bitPattern: value))
        case PROTOBUF_C_TYPE_UINT32:
            let value = UInt64(try whole(field, UInt32.self))
            buffer.append(tag: field.id, .varint)
            buffer.append(varint: value)
        case PROTOBUF_C_TYPE_UINT64:
            let value = try whole(field, UInt64.self)
            buffer.append(tag: field.id, .varint)
            buffer.append(varint: value)
        default:
            // Our messages have no zigzag or fixed-width integers.
            throw lexer.error("field '\(String(cString: field.name))' has a type that text cannot give")
        }
    }

    private mutating func text(_ field: ProtobufCFieldDescriptor, into buffer: inout WireBuffer) throws(MessageError) {
        guard case .string(var bytes) = token else { throw unexpected("a string for '\(String(cString: field.name))'") }
        let first = lexer
        try advance()
        while case .string(let more) = token {
            bytes.append(contentsOf: more)
            try advance()
        }
        let isText = field.type == PROTOBUF_C_TYPE_STRING
        let fault = bytes.withUnsafeBytes { view -> WireText.Fault? in
            buffer.append(field: field.id, block: view)
            return isText ? WireText.fault(in: view) : nil
        }
        switch fault {
        case .notUTF8: throw first.error("'\(String(cString: field.name))' is not UTF-8", .invalidText)
        case .zeroByte: throw first.error("'\(String(cString: field.name))' holds a zero byte", .invalidText)
        case nil: break
        }
    }

    private mutating func flag(_ field: ProtobufCFieldDescriptor) throws(MessageError) -> Bool {
        let value: Bool
        switch token {
        case .word("true"), .word("True"), .word("t"), .number("1"): value = true
        case .word("false"), .word("False"), .word("f"), .number("0"): value = false
        default: throw unexpected("true or false for '\(String(cString: field.name))'")
        }
        try advance()
        return value
    }

    private mutating func enumeration(_ field: ProtobufCFieldDescriptor) throws(MessageError) -> Int32 {
        guard case .word(let name) = token else { return try whole(field, Int32.self) }
        let descriptor = field.enumDescriptor.pointee
        guard let value = protobuf_c_enum_descriptor_get_value_by_name(field.enumDescriptor, name) else {
            let known = UnsafeBufferPointer(start: descriptor.values_by_name, count: Int(descriptor.n_value_names))
            throw unknown("value", name, in: String(cString: descriptor.name), known.map { String(cString: $0.name) })
        }
        try advance()
        return value.pointee.value
    }

    private mutating func whole<Number: FixedWidthInteger>(
        _ field: ProtobufCFieldDescriptor, _ type: Number.Type
    ) throws(MessageError) -> Number {
        let name = String(cString: field.name)
        let isNegative = try skip("-")
        guard case .number(let digits) = token else { throw unexpected("a whole number for '\(name)'") }
        let magnitude: (digits: Substring, base: Int) =
            if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
                (digits.dropFirst(2), 16)
            } else if digits.hasPrefix("0"), digits.count > 1 {
                (digits.dropFirst(), 8)
            } else {
                (digits[...], 10)
            }
        guard !magnitude.digits.isEmpty, magnitude.digits.allSatisfy({ $0.isHexDigit && $0.isASCII }) else {
            throw unexpected("a whole number for '\(name)'")
        }
        guard let value = Number((isNegative ? "-" : "") + magnitude.digits, radix: magnitude.base) else {
            throw lexer.error(
                "'\(isNegative ? "-" : "")\(digits)' does not fit '\(name)', which goes from \(Number.min) to \(Number.max)", .outOfRange)
        }
        try advance()
        return value
    }

    private mutating func real(_ field: ProtobufCFieldDescriptor) throws(MessageError) -> Double {
        let isNegative = try skip("-")
        let value: Double
        switch token {
        case .word(let word):
            switch word.lowercased() {
            case "inf", "infinity": value = .infinity
            case "nan": value = .nan
            default: throw unexpected("a number for '\(String(cString: field.name))'")
            }
        case .number(let text):
            var digits = text[...]
            if !text.hasPrefix("0x"), let last = text.last, last == "f" || last == "F" { digits = text.dropLast() }
            guard let number = Double(digits) else { throw unexpected("a number for '\(String(cString: field.name))'") }
            value = number
        default:
            throw unexpected("a number for '\(String(cString: field.name))'")
        }
        try advance()
        return isNegative ? -value : value
    }
}
