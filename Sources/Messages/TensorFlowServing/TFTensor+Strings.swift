internal import CMessages
internal import CProtobufC

extension TFTensor {
    /// The strings in the raw form of BYTES tensors, made in the arena.
    func rawStrings(count: Int, in arena: borrowing MessageArena) throws(MessageError) -> UnsafeRawBufferPointer {
        if !content.isEmpty { return try packedStrings(count: count, in: arena) }
        let strings = strings
        guard strings.count <= count else {
            throw MessageError(.inconsistent, "string_val holds \(strings.count) elements, but the shape has \(count)")
        }
        let last =
            strings.last.map { UnsafeRawBufferPointer(start: $0.data, count: $0.len) } ?? UnsafeRawBufferPointer(start: nil, count: 0)
        var total = 0
        for string in strings { total &+= 4 &+ string.len }
        let (repeated, overflow) = (count - strings.count).multipliedReportingOverflow(by: 4 + last.count)
        let (size, tooLarge) = total.addingReportingOverflow(repeated)
        guard !overflow, !tooLarge else { throw MessageError(.tooLarge, "\(count) repetitions of a string are too many") }
        var target = RawElements(UnsafeMutableRawBufferPointer(start: try arena.allocate(UInt8.self, count: size), count: size))
        for string in strings { target.append(UnsafeRawBufferPointer(start: string.data, count: string.len)) }
        for _ in strings.count..<count { target.append(last) }
        return UnsafeRawBufferPointer(target.bytes)
    }

    /// Strings inside tensor_content: all lengths as varints, then all bytes.
    private func packedStrings(count: Int, in arena: borrowing MessageArena) throws(MessageError) -> UnsafeRawBufferPointer {
        // Each string takes at least one byte, its length: a count beyond that is refused early.
        guard count <= content.count else { throw stringError(count) }
        var reader = WireReader(content)
        var total = 0
        for _ in 0..<count {
            let length = try reader.varint()
            guard length <= UInt64(content.count) else { throw stringError(count) }
            total &+= Int(length)
        }
        guard total == content.count - reader.offset else { throw stringError(count) }
        let size = total + 4 * count
        var target = RawElements(UnsafeMutableRawBufferPointer(start: try arena.allocate(UInt8.self, count: size), count: size))
        var lengths = WireReader(content)
        var offset = reader.offset
        for _ in 0..<count {
            let end = offset + Int(try lengths.varint())
            target.append(UnsafeRawBufferPointer(rebasing: content[offset..<end]))
            offset = end
        }
        return UnsafeRawBufferPointer(target.bytes)
    }

    private func stringError(_ count: Int) -> MessageError {
        MessageError(.inconsistent, "tensor_content does not hold the lengths and bytes of \(count) strings")
    }
}

/// Puts strings one after another, each behind its length in 4 bytes, into memory of the right size.
private struct RawElements {
    let bytes: UnsafeMutableRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeMutableRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func append(_ string: UnsafeRawBufferPointer) {
        // A message is shorter than 2^31 bytes, and so is each of its strings.
        bytes.storeBytes(of: UInt32(truncatingIfNeeded: string.count).littleEndian, toByteOffset: offset, as: UInt32.self)
        offset += 4
        UnsafeMutableRawBufferPointer(rebasing: bytes[offset...]).copyMemory(from: string)
        offset += string.count
    }
}
