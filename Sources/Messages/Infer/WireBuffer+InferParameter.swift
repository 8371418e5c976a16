extension WireBuffer {
    /// Appends an entry of a map from names to InferParameter.
    mutating func appendEntry(_ field: UInt32, _ name: some TextSource, _ value: InferParameter) {
        name.withTextBytes { name in
            let valueBytes = Self.valueBytes(value)
            append(tag: field, .block)
            append(varint: UInt64(Self.entryBody(name.count, valueBytes)))
            if !name.isEmpty { append(field: 1, block: name) }
            append(tag: 2, .block)
            append(varint: UInt64(valueBytes))
            appendValue(value)
        }
    }

    /// Bytes of such an entry, with its tag; the field numbers in use take one byte.
    static func entryBytes(_ field: UInt32, _ name: String, _ value: InferParameter) -> Int {
        1 &+ WireSize.block(entryBody(name.utf8.count, valueBytes(value)))
    }

    private static func entryBody(_ nameBytes: Int, _ valueBytes: Int) -> Int {
        (nameBytes == 0 ? 0 : 1 &+ WireSize.block(nameBytes)) &+ 1 &+ WireSize.block(valueBytes)
    }

    private static func valueBytes(_ value: InferParameter) -> Int {
        switch value {
        case .bool: 2
        case .int64(let number): 1 &+ WireSize.varint(UInt64(bitPattern: number))
        case .uint64(let number): 1 &+ WireSize.varint(number)
        case .double: 9
        case .text(let text): 1 &+ WireSize.block(text.count)
        case .unset: 0
        }
    }

    private mutating func appendValue(_ value: InferParameter) {
        switch value {
        case .bool(let flag):
            append(tag: 1, .varint)
            append(flag ? 1 : 0)
        case .int64(let number):
            append(tag: 2, .varint)
            append(varint: UInt64(bitPattern: number))
        case .text(let text):
            append(field: 3, block: text.bytes)
        case .double(let number):
            append(tag: 4, .fixed64)
            append(fixed64: number.bitPattern)
        case .uint64(let number):
            append(tag: 5, .varint)
            append(varint: number)
        case .unset:
            break
        }
    }
}
