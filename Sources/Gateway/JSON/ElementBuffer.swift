package import JSON
internal import Messages
internal import Serving
package import Tensors

/// The elements of one tensor, gathered in row-major order while JSON is read.
package struct ElementBuffer: ~Copyable {
    /// What stands for an element beside the type's own literals.
    package struct Options: OptionSet {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }
        /// `{"b64": "…"}` stands for bytes.
        package static let base64 = Options(rawValue: 1)
        /// `null` stands for a missing number: NaN.
        package static let nullIsNaN = Options(rawValue: 2)
        /// Numbers and booleans stand for each other where nothing is lost: a column of a table says little about its type.
        package static let lenient = Options(rawValue: 4)
    }

    let dataType: DataType
    private let options: Options
    private var bytes = WireBuffer()
    private var strings: [ByteString] = []
    package private(set) var count = 0

    package init(_ dataType: DataType, options: Options = []) {
        self.dataType = dataType
        self.options = options
    }

    /// Whether a value that is an object is an element here.
    var takesObjects: Bool { options.contains(.base64) && dataType == .string }

    /// Reads one element.
    @inline(__always)
    package mutating func append(_ reader: inout JSONReader) throws(JSONError) {
        switch dataType {
        case .float32: store(try number(&reader).float)
        case .float64: store(try number(&reader).double)
        case .int64: store(try integer(&reader, Int64.self))
        case .int32: store(try integer(&reader, Int32.self))
        case .string: try appendString(&reader)
        default: try appendOther(&reader)
        }
        count += 1
    }

    private mutating func appendOther(_ reader: inout JSONReader) throws(JSONError) {
        switch dataType {
        case .bool: store(try bool(&reader))
        case .int8: store(try integer(&reader, Int8.self))
        case .int16: store(try integer(&reader, Int16.self))
        case .uint8: store(try integer(&reader, UInt8.self))
        case .uint16: store(try integer(&reader, UInt16.self))
        case .uint32: store(try integer(&reader, UInt32.self))
        case .uint64: store(try integer(&reader, UInt64.self))
        case .float16: store(HalfPrecision.bits(of: try number(&reader).float))
        case .bfloat16: store(BFloat16.rounded(try number(&reader).float))
        default: throw JSONError("elements of the type \(dataType) cannot be written in JSON", at: reader.position)
        }
    }

    private func number(_ reader: inout JSONReader) throws(JSONError) -> JSONNumber {
        if options.contains(.nullIsNaN), reader.null() { return .nan }
        if options.contains(.lenient), try reader.peek() == .bool { return JSONNumber(try reader.bool() ? 1 : 0) }
        return try reader.number()
    }

    private func integer<Integer: FixedWidthInteger>(_ reader: inout JSONReader, _ type: Integer.Type) throws(JSONError) -> Integer {
        let start = reader.mark()
        let number: JSONNumber
        if options.contains(.lenient), try reader.peek() == .bool {
            number = JSONNumber(try reader.bool() ? 1 : 0)
        } else {
            number = try reader.number()
        }
        guard let value: Integer = number.integer() else {
            throw JSONError("the element is no \(dataType.kserveName)", at: start)
        }
        return value
    }

    private func bool(_ reader: inout JSONReader) throws(JSONError) -> UInt8 {
        guard try reader.peek() == .number else { return try reader.bool() ? 1 : 0 }
        let start = reader.mark()
        guard let value: UInt8 = try reader.number().integer(), value < 2 else {
            throw JSONError("the element is neither true nor false", at: start)
        }
        return value
    }

    private mutating func appendString(_ reader: inout JSONReader) throws(JSONError) {
        guard takesObjects, try reader.peek() == .object else {
            strings.append(ByteString(bytes: try reader.stringBytes()))
            return
        }
        let start = reader.mark()
        var decoded: [UInt8]?
        try reader.beginObject()
        while let key = try reader.nextKey() {
            guard key == "b64" else {
                throw JSONError("an object among the elements must be {\"b64\": \"…\"}, but has the key '\(key)'", at: start)
            }
            let text = try reader.stringBytes()
            decoded = text.withUnsafeBytes { TextBase64.decode($0) }
            if decoded == nil { throw JSONError("the value of 'b64' is no base64", at: start) }
        }
        guard let decoded else { throw JSONError("an object among the elements must be {\"b64\": \"…\"}", at: start) }
        strings.append(ByteString(bytes: decoded))
    }

    @inline(__always)
    private mutating func store<Element: BitwiseCopyable>(_ element: Element) {
        bytes.extend(MemoryLayout<Element>.size).storeBytes(of: element, as: Element.self)
    }

    /// Reads elements, and lists of them to any depth, in row-major order.
    package mutating func appendAll(_ reader: inout JSONReader) throws(JSONError) {
        guard try reader.peek() == .array else { return try append(&reader) }
        try reader.beginArray()
        while try reader.nextElement() {
            if try reader.peek() == .array { try appendAll(&reader) } else { try append(&reader) }
        }
    }

    /// What has been gathered, as a tensor of `shape`, whose element count must be ``count``.
    package func tensor(_ shape: Shape) -> Tensor {
        if dataType == .string { return Tensor(strings: strings, shape: shape) }
        let tensor = Tensor(dataType: dataType, shape: shape)
        if let start = bytes.bytes.baseAddress {
            tensor.mutableBytes.copyMemory(from: start, byteCount: min(bytes.count, tensor.byteCount))
        }
        return tensor
    }
}
