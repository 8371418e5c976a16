/// The elements of a tensor as a field of TensorProto: its size first, then its bytes.
struct TFValues {
    /// Bytes of the field or fields, tags included.
    let fieldBytes: Int
    private let field: UInt32
    private let bytes: UnsafeRawBufferPointer
    private let element: Element

    private enum Element {
        /// The wire has the bytes as they are.
        case asIs
        case strings
        case int8, int16, int32, int64
        case uint8, uint16, uint32, uint64
    }

    init(_ datatype: TFServing.DataType, _ bytes: UnsafeRawBufferPointer, _ form: PredictWriter.Form) throws(MessageError) {
        let (field, element): (UInt32, Element)
        switch datatype {
        case .string: (field, element) = (8, .strings)
        case _ where form == .content: (field, element) = (4, .asIs)
        case .float: (field, element) = (5, .asIs)
        case .double: (field, element) = (6, .asIs)
        case .complex64: (field, element) = (9, .asIs)
        case .complex128: (field, element) = (12, .asIs)
        case .bool: (field, element) = (11, .asIs)
        case .float8E5m2, .float8E4m3fn: (field, element) = (18, .asIs)
        case .int8, .qint8: (field, element) = (7, .int8)
        case .int16, .qint16: (field, element) = (7, .int16)
        case .int32, .qint32: (field, element) = (7, .int32)
        case .uint8, .quint8: (field, element) = (7, .uint8)
        case .uint16, .quint16: (field, element) = (7, .uint16)
        case .half, .bfloat16: (field, element) = (13, .uint16)
        case .int64: (field, element) = (10, .int64)
        case .uint32: (field, element) = (16, .uint32)
        case .uint64: (field, element) = (17, .uint64)
        default: throw MessageError(.outOfRange, "tensors of datatype \(datatype) are not supported")
        }
        self.field = field
        self.element = element
        self.bytes = bytes
        if element == .strings {
            var strings = RawBytesElements(bytes)
            var count = 0
            while let string = strings.next() { count &+= 1 &+ WireSize.block(string.count) }
            guard !strings.isTruncated else { throw MessageError(.inconsistent, "the bytes of a string tensor end inside a string") }
            fieldBytes = count
        } else {
            let values = Self.valueBytes(element, bytes)
            fieldBytes = values == 0 ? 0 : WireSize.varint(UInt64(field) << 3) &+ WireSize.block(values)
        }
    }

    func append(to buffer: inout SliceBuffer) {
        if element == .strings {
            for string in RawBytesElements(bytes) { buffer.own.append(field: field, block: string) }
            return
        }
        guard fieldBytes > 0 else { return }
        buffer.own.append(tag: field, .block)
        if element == .asIs {
            buffer.own.append(varint: UInt64(bytes.count))
            buffer.append(reference: bytes)
        } else {
            buffer.own.append(varint: UInt64(Self.valueBytes(element, bytes)))
            Self.each(element, bytes) { buffer.own.append(varint: $0) }
        }
    }

    private static func valueBytes(_ element: Element, _ bytes: UnsafeRawBufferPointer) -> Int {
        if element == .asIs { return bytes.count }
        var count = 0
        each(element, bytes) { count &+= WireSize.varint($0) }
        return count
    }

    /// The number on the wire of each element; a rest shorter than an element is left out.
    @inline(__always)
    private static func each(_ element: Element, _ bytes: UnsafeRawBufferPointer, _ body: (UInt64) -> Void) {
        switch element {
        case .int8: each(bytes, Int8.self, body)
        case .int16: each(bytes, Int16.self, body)
        case .int32: each(bytes, Int32.self, body)
        case .int64: each(bytes, Int64.self, body)
        case .uint8: each(bytes, UInt8.self, body)
        case .uint16: each(bytes, UInt16.self, body)
        case .uint32: each(bytes, UInt32.self, body)
        case .uint64: each(bytes, UInt64.self, body)
        case .asIs, .strings: break
        }
    }

    @inline(__always)
    private static func each<T: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, _ type: T.Type, _ body: (UInt64) -> Void) {
        let width = MemoryLayout<T>.size
        var offset = 0
        while offset &+ width <= bytes.count {
            let value = T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
            // Negative numbers are extended by their sign, as the wire wants them.
            body(UInt64(truncatingIfNeeded: value))
            offset &+= width
        }
    }
}
