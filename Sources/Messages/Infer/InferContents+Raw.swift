extension InferContents {
    /// The elements as raw tensor bytes of the datatype: a view where the widths agree, else made in
    /// the arena. Throws `.inconsistent` when elements are in a list of another datatype, `.outOfRange`
    /// when one does not fit, `.tooLarge` when the arena is exhausted.
    public func raw(as datatype: InferDatatype, in arena: borrowing MessageArena) throws(MessageError) -> UnsafeRawBufferPointer {
        switch datatype {
        case .bool:
            try expect(bools.count, "bool_contents", datatype)
            return try convert(bools, in: arena) { (value: Int32) -> UInt8? in value == 0 ? 0 : 1 }
        case .int8:
            try expect(ints.count, "int_contents", datatype)
            return try convert(ints, in: arena) { Int8(exactly: $0) }
        case .int16:
            try expect(ints.count, "int_contents", datatype)
            return try convert(ints, in: arena) { Int16(exactly: $0) }
        case .uint8:
            try expect(uints.count, "uint_contents", datatype)
            return try convert(uints, in: arena) { UInt8(exactly: $0) }
        case .uint16:
            try expect(uints.count, "uint_contents", datatype)
            return try convert(uints, in: arena) { UInt16(exactly: $0) }
        case .int32:
            try expect(ints.count, "int_contents", datatype)
            return UnsafeRawBufferPointer(ints)
        case .uint32:
            try expect(uints.count, "uint_contents", datatype)
            return UnsafeRawBufferPointer(uints)
        case .int64:
            try expect(int64s.count, "int64_contents", datatype)
            return UnsafeRawBufferPointer(int64s)
        case .uint64:
            try expect(uint64s.count, "uint64_contents", datatype)
            return UnsafeRawBufferPointer(uint64s)
        case .fp32:
            try expect(floats.count, "fp32_contents", datatype)
            return UnsafeRawBufferPointer(floats)
        case .fp64:
            try expect(doubles.count, "fp64_contents", datatype)
            return UnsafeRawBufferPointer(doubles)
        case .bytes:
            try expect(bytesCount, "bytes_contents", datatype)
            return try joinedBytes(in: arena)
        case .fp16, .bf16:
            throw MessageError(.inconsistent, "\(datatype.name) has no typed contents: send it in raw_input_contents")
        }
    }

    private func expect(_ count: Int, _ list: StaticString, _ datatype: InferDatatype) throws(MessageError) {
        guard count == totalCount else {
            throw MessageError(
                .inconsistent, "\(datatype.name) elements belong in \(list), which holds \(count) of the \(totalCount) elements sent")
        }
    }

    private func convert<From, To>(
        _ list: UnsafeBufferPointer<From>, in arena: borrowing MessageArena, _ narrow: (From) -> To?
    ) throws(MessageError) -> UnsafeRawBufferPointer {
        let target = try arena.allocate(To.self, count: list.count)
        for (position, element) in list.enumerated() {
            guard let value = narrow(element) else {
                throw MessageError(.outOfRange, "element \(position) is \(element), which does not fit \(To.self)")
            }
            (target + position).initialize(to: value)
        }
        return UnsafeRawBufferPointer(start: target, count: list.count * MemoryLayout<To>.size)
    }

    private func joinedBytes(in arena: borrowing MessageArena) throws(MessageError) -> UnsafeRawBufferPointer {
        var total = 0
        for position in 0..<bytesCount { total += 4 + bytes(position).count }
        let target = UnsafeMutableRawBufferPointer(start: try arena.allocate(UInt8.self, count: total), count: total)
        var offset = 0
        for position in 0..<bytesCount {
            let element = bytes(position)
            // A message is shorter than 2^31 bytes, and so is each of its elements.
            target.storeBytes(of: UInt32(truncatingIfNeeded: element.count).littleEndian, toByteOffset: offset, as: UInt32.self)
            offset += 4
            UnsafeMutableRawBufferPointer(rebasing: target[offset...]).copyMemory(from: element)
            offset += element.count
        }
        return UnsafeRawBufferPointer(target)
    }
}

/// The elements of a raw BYTES tensor: each is its length in 4 bytes, little-endian, and its bytes.
public struct RawBytesElements: Sequence, IteratorProtocol {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0
    /// Whether the bytes ended inside an element; elements before it were good.
    public private(set) var isTruncated = false

    public init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    public mutating func next() -> UnsafeRawBufferPointer? {
        guard offset < bytes.count else { return nil }
        guard bytes.count - offset >= 4 else {
            isTruncated = true
            return nil
        }
        let length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
        guard bytes.count - offset - 4 >= length else {
            isTruncated = true
            return nil
        }
        let start = offset + 4
        offset = start + length
        return UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
    }

    /// The number of elements, or nil when the bytes end inside one. O(elements).
    public static func count(in bytes: UnsafeRawBufferPointer) -> Int? {
        var elements = RawBytesElements(bytes)
        var count = 0
        while elements.next() != nil { count += 1 }
        return elements.isTruncated ? nil : count
    }
}

extension WireBuffer {
    /// Appends a BYTES element as it is sent raw: its length in 4 bytes, little-endian, and its bytes.
    public mutating func append(rawElement bytes: UnsafeRawBufferPointer) {
        withUnsafeBytes(of: UInt32(clamping: bytes.count).littleEndian) { append($0) }
        append(bytes)
    }
}
