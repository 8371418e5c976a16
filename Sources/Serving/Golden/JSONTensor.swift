internal import Tensors

/// A tensor as KServe v2 writes it in JSON: `{"datatype": "FP32", "shape": [2, 2], "data": [1, 2, 3, 4]}`.
struct JSONTensor: Decodable {
    var datatype: String
    var shape: [Int]
    var data: [JSONElement]

    /// The tensor, with every number checked to fit.
    func tensor(place: String) throws(ServingError) -> Tensor {
        guard let dataType = DataType(kserveName: datatype) else {
            throw ServingError(.invalidArgument, "\(place): unknown datatype '\(datatype)'")
        }
        guard let shape = Shape(checking: shape) else { throw ServingError(.invalidArgument, "\(place): the shape is negative or too large") }
        var flat: [JSONElement] = []
        for element in data { element.flatten(into: &flat) }
        guard flat.count == shape.count else {
            throw ServingError(.invalidArgument, "\(place): shape \(shape) takes \(shape.count) elements, but data has \(flat.count)")
        }
        if dataType == .string {
            var strings: [ByteString] = []
            for element in flat {
                guard case .string(let text) = element else { throw Self.misfit(place, dataType) }
                strings.append(ByteString(text))
            }
            return Tensor(strings: strings, shape: shape)
        }
        let tensor = Tensor(dataType: dataType, shape: shape)
        for (index, element) in flat.enumerated() {
            guard element.store(in: tensor, at: index) else { throw Self.misfit(place, dataType) }
        }
        return tensor
    }

    private static func misfit(_ place: String, _ dataType: DataType) -> ServingError {
        ServingError(.invalidArgument, "\(place): an element is no \(dataType.kserveName)")
    }
}

/// One element of a JSON tensor, or a nested list of them.
indirect enum JSONElement: Decodable {
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case bool(Bool)
    case string(String)
    case list([JSONElement])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Int64.self) {
            self = .int(value)
        } else if let value = try? container.decode(Double.self) {
            if let exact = try? container.decode(UInt64.self) { self = .uint(exact) } else { self = .double(value) }
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else {
            self = .list(try container.decode([JSONElement].self))
        }
    }

    func flatten(into flat: inout [JSONElement]) {
        guard case .list(let elements) = self else { return flat.append(self) }
        for element in elements { element.flatten(into: &flat) }
    }

    private var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .uint(let value): Double(value)
        case .double(let value): value
        case .string("NaN"): .nan
        case .string("Infinity"): .infinity
        case .string("-Infinity"): -.infinity
        default: nil
        }
    }

    /// Writes the element; false when it does not fit the type.
    func store(in tensor: Tensor, at index: Int) -> Bool {
        switch tensor.dataType {
        case .bool:
            guard case .bool(let value) = self else { return false }
            tensor.mutablePointer(as: UInt8.self)[index] = value ? 1 : 0
        case .float32:
            guard let number else { return false }
            tensor.mutablePointer(as: Float.self)[index] = Float(number)
        case .float64:
            guard let number else { return false }
            tensor.mutablePointer(as: Double.self)[index] = number
        case .bfloat16:
            guard let number else { return false }
            tensor.mutablePointer(as: UInt16.self)[index] = Self.bfloat16(Float(number))
        case .float16:
            guard let number else { return false }
            tensor.mutablePointer(as: UInt16.self)[index] = HalfPrecision.bits(of: Float(number))
        case .int8: return storeInteger(Int8.self, tensor, index)
        case .int16: return storeInteger(Int16.self, tensor, index)
        case .int32: return storeInteger(Int32.self, tensor, index)
        case .int64: return storeInteger(Int64.self, tensor, index)
        case .uint8: return storeInteger(UInt8.self, tensor, index)
        case .uint16: return storeInteger(UInt16.self, tensor, index)
        case .uint32: return storeInteger(UInt32.self, tensor, index)
        case .uint64: return storeInteger(UInt64.self, tensor, index)
        default: return false
        }
        return true
    }

    private func storeInteger<Integer: FixedWidthInteger & BitwiseCopyable>(
        _ type: Integer.Type, _ tensor: Tensor, _ index: Int
    ) -> Bool {
        let value: Integer?
        switch self {
        case .int(let number): value = Integer(exactly: number)
        case .uint(let number): value = Integer(exactly: number)
        case .double(let number): value = Integer(exactly: number)
        default: value = nil
        }
        guard let value else { return false }
        tensor.mutablePointer(as: type)[index] = value
        return true
    }

    /// Rounded to nearest, ties to even.
    private static func bfloat16(_ value: Float) -> UInt16 {
        if value.isNaN { return 0x7FC0 }
        let bits = value.bitPattern
        return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16)
    }
}
