public import Tensors

extension Tensor {
    public struct JSONError: Error, CustomStringConvertible {
        public let description: String
    }

    /// The tensor of a JSON number, string or boolean, or of equally long arrays of them, nested to any depth.
    ///
    /// The nesting is the shape. Integers that do not fit the type, and text where a number belongs, are errors that name the position.
    public init(json: JSONValue, dataType: DataType) throws(JSONError) {
        var dims: [Int] = []
        var probe = json
        while case .array(let elements) = probe {
            dims.append(elements.count)
            guard let first = elements.first else { break }
            probe = first
        }
        var leaves: [JSONValue] = []
        try Self.flatten(json, dims: dims, depth: 0, into: &leaves)
        self.init(dataType: dataType, shape: Shape(dims))
        if dataType == .string {
            var strings: [ByteString] = []
            for (index, leaf) in leaves.enumerated() {
                guard case .string(let text) = leaf else { throw JSONError(description: "element \(index) is not a string") }
                strings.append(ByteString(text))
            }
            setStrings(strings)
            return
        }
        for (index, leaf) in leaves.enumerated() {
            guard store(leaf, at: index) else { throw JSONError(description: "element \(index) is not a \(dataType)") }
        }
    }

    private static func flatten(_ value: JSONValue, dims: [Int], depth: Int, into leaves: inout [JSONValue]) throws(JSONError) {
        guard depth < dims.count else {
            if case .array = value { throw JSONError(description: "arrays are nested unevenly") }
            leaves.append(value)
            return
        }
        guard case .array(let elements) = value, elements.count == dims[depth] else {
            throw JSONError(description: "arrays at depth \(depth) differ in length: expected \(dims[depth]) elements")
        }
        for element in elements { try flatten(element, dims: dims, depth: depth + 1, into: &leaves) }
    }

    /// False when the value is none of this tensor's type.
    private func store(_ value: JSONValue, at index: Int) -> Bool {
        func whole<I: FixedWidthInteger & BitwiseCopyable>(_ type: I.Type) -> Bool {
            let converted: I? =
                switch value {
                case .integer(let number): I(exactly: number)
                case .unsigned(let number): I(exactly: number)
                case .number(let number): I(exactly: number)
                case .bool(let flag): flag ? 1 : 0
                default: nil
                }
            guard let converted else { return false }
            mutablePointer(as: type)[index] = converted
            return true
        }
        let real: Double? =
            switch value {
            case .integer(let number): Double(number)
            case .unsigned(let number): Double(number)
            case .number(let number): number
            default: nil
            }
        switch dataType {
        case .bool:
            guard case .bool(let flag) = value else { return whole(UInt8.self) }
            mutablePointer(as: UInt8.self)[index] = flag ? 1 : 0
            return true
        case .uint8: return whole(UInt8.self)
        case .uint16: return whole(UInt16.self)
        case .uint32: return whole(UInt32.self)
        case .uint64: return whole(UInt64.self)
        case .int8: return whole(Int8.self)
        case .int16: return whole(Int16.self)
        case .int32: return whole(Int32.self)
        case .int64: return whole(Int64.self)
        case .float16: return real.map { mutablePointer(as: Float16.self)[index] = Float16($0) } != nil
        case .float32: return real.map { mutablePointer(as: Float.self)[index] = Float($0) } != nil
        case .float64: return real.map { mutablePointer(as: Double.self)[index] = $0 } != nil
        default: return false
        }
    }

    /// Element `index` as JSON, and as a table shows it.
    public func elementText(_ index: Int) -> String {
        withExtendedLifetime(storage) {
            switch dataType {
            case .bool: pointer(as: UInt8.self)[index] != 0 ? "true" : "false"
            case .uint8: "\(pointer(as: UInt8.self)[index])"
            case .uint16: "\(pointer(as: UInt16.self)[index])"
            case .uint32: "\(pointer(as: UInt32.self)[index])"
            case .uint64: "\(pointer(as: UInt64.self)[index])"
            case .int8: "\(pointer(as: Int8.self)[index])"
            case .int16: "\(pointer(as: Int16.self)[index])"
            case .int32: "\(pointer(as: Int32.self)[index])"
            case .int64: "\(pointer(as: Int64.self)[index])"
            case .float16: "\(Float(pointer(as: Float16.self)[index]))"
            case .bfloat16: "\(Float(bitPattern: UInt32(pointer(as: UInt16.self)[index]) << 16))"
            case .float32: "\(pointer(as: Float.self)[index])"
            case .float64: "\(pointer(as: Double.self)[index])"
            case .string: JSONText.quoted(strings[index].string)
            default: "\(pointer(as: UInt8.self)[index * dataType.byteWidth])"
            }
        }
    }

    /// The elements as JSON arrays nested like the shape.
    public var json: String {
        var text = ""
        var index = 0
        func write(axis: Int) {
            guard axis < shape.rank else {
                text += elementText(index)
                index += 1
                return
            }
            text += "["
            for position in 0..<shape[axis] {
                if position > 0 { text += ", " }
                write(axis: axis + 1)
            }
            text += "]"
        }
        write(axis: 0)
        return text
    }
}
