internal import CMessages
internal import CProtobufC

extension TFTensor {
    /// The elements as raw tensor bytes, little-endian, row-major; strings as their length in 4 bytes and
    /// their bytes. A view where the message holds them so, else made in the arena. A list shorter than
    /// `count` goes on with its last element, an empty one with zeros.
    ///
    /// Throws `.inconsistent` when the elements do not fit `count`, `.outOfRange` when one does not fit the
    /// datatype or there is no such datatype here, `.tooLarge` when the arena is exhausted.
    public func raw(count: Int, in arena: borrowing MessageArena) throws(MessageError) -> UnsafeRawBufferPointer {
        guard count >= 0 else { throw MessageError(.outOfRange, "a tensor cannot have \(count) elements") }
        if datatype == .string { return try rawStrings(count: count, in: arena) }
        guard let width = datatype.elementBytes else {
            throw MessageError(.outOfRange, "tensors of datatype \(datatype) are not supported")
        }
        guard content.isEmpty else {
            let (expected, overflow) = count.multipliedReportingOverflow(by: width)
            guard !overflow, content.count == expected else {
                throw MessageError(
                    .inconsistent,
                    "tensor_content holds \(content.count) bytes, but \(count) elements of \(datatype) take \(width) bytes each")
            }
            return content
        }
        switch datatype {
        case .float: return try same(floats, count, in: arena)
        case .double: return try same(doubles, count, in: arena)
        case .int32, .qint32: return try same(ints, count, in: arena)
        case .int64: return try same(int64s, count, in: arena)
        case .uint32: return try same(uint32s, count, in: arena)
        case .uint64: return try same(uint64s, count, in: arena)
        case .complex64: return try same(pairs(complexFloats), count, in: arena)
        case .complex128: return try same(pairs(complexDoubles), count, in: arena)
        case .float8E5m2, .float8E4m3fn: return try same(float8s.bindMemory(to: UInt8.self), count, in: arena)
        case .bool: return try fill(bools, count, zero: UInt8(0), in: arena) { $0 == 0 ? 0 : 1 }
        case .int8, .qint8: return try fill(ints, count, zero: Int8(0), in: arena) { Int8(exactly: $0) }
        case .int16, .qint16: return try fill(ints, count, zero: Int16(0), in: arena) { Int16(exactly: $0) }
        case .uint8, .quint8: return try fill(ints, count, zero: UInt8(0), in: arena) { UInt8(exactly: $0) }
        case .uint16, .quint16: return try fill(ints, count, zero: UInt16(0), in: arena) { UInt16(exactly: $0) }
        // The bits of a half, which some clients extend by their sign.
        case .half, .bfloat16: return try fill(halves, count, zero: UInt16(0), in: arena) { UInt16(truncatingIfNeeded: $0) }
        default: throw MessageError(.outOfRange, "tensors of datatype \(datatype) are not supported")
        }
    }

    private func check(_ listed: Int, _ count: Int) throws(MessageError) {
        guard listed <= count else {
            throw MessageError(.inconsistent, "the list of values holds \(listed) elements, but the shape has \(count)")
        }
    }

    private func same<T>(_ list: UnsafeBufferPointer<T>, _ count: Int, in arena: borrowing MessageArena) throws(MessageError)
        -> UnsafeRawBufferPointer
    {
        if list.count == count { return UnsafeRawBufferPointer(list) }
        try check(list.count, count)
        let target = try arena.allocate(T.self, count: count)
        let bytes = UnsafeMutableRawBufferPointer(start: target, count: count * MemoryLayout<T>.stride)
        bytes.copyMemory(from: UnsafeRawBufferPointer(list))
        if let last = list.last {
            (target + list.count).initialize(repeating: last, count: count - list.count)
        } else {
            bytes.initializeMemory(as: UInt8.self, repeating: 0)
        }
        return UnsafeRawBufferPointer(bytes)
    }

    private func fill<To>(
        _ list: UnsafeBufferPointer<Int32>, _ count: Int, zero: To, in arena: borrowing MessageArena, _ narrow: (Int32) -> To?
    ) throws(MessageError) -> UnsafeRawBufferPointer {
        try check(list.count, count)
        let target = try arena.allocate(To.self, count: count)
        var last = zero
        for (position, element) in list.enumerated() {
            guard let value = narrow(element) else {
                throw MessageError(.outOfRange, "element \(position) is \(element), which does not fit \(datatype)")
            }
            last = value
            (target + position).initialize(to: value)
        }
        (target + list.count).initialize(repeating: last, count: count - list.count)
        return UnsafeRawBufferPointer(start: target, count: count * MemoryLayout<To>.stride)
    }

    /// Real and imaginary parts that follow each other, as pairs; an odd one is left out.
    private func pairs<T>(_ list: UnsafeBufferPointer<T>) -> UnsafeBufferPointer<SIMD2<T>> {
        // protobuf-c allocates in the arena, whose alignment is enough for a pair.
        UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(list)[..<(list.count / 2 * 2 * MemoryLayout<T>.stride)])
            .bindMemory(to: SIMD2<T>.self)
    }
}

extension TFServing.DataType {
    /// Bytes of one raw element; nil for strings and for datatypes that are not served.
    public var elementBytes: Int? {
        switch self {
        case .bool, .int8, .uint8, .qint8, .quint8, .float8E5m2, .float8E4m3fn: 1
        case .int16, .uint16, .half, .bfloat16, .qint16, .quint16: 2
        case .int32, .uint32, .float, .qint32: 4
        case .int64, .uint64, .double, .complex64: 8
        case .complex128: 16
        default: nil
        }
    }
}
