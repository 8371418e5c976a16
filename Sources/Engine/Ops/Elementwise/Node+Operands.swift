internal import Tensors

extension Node {
    /// The fact of input `index`, which must be there and be a tensor of one of `types`.
    func operand(_ inputs: [Fact?], _ index: Int, of types: DataTypeSet) throws(EngineError) -> Fact {
        guard let fact = try optionalOperand(inputs, index, of: types) else {
            throw malformed("input \(index) is missing")
        }
        return fact
    }

    /// The fact of input `index`, which must be a tensor of one of `types`, or nil when it is left out.
    func optionalOperand(_ inputs: [Fact?], _ index: Int, of types: DataTypeSet) throws(EngineError) -> Fact? {
        guard index < inputs.count, let fact = inputs[index] else { return nil }
        guard let dataType = fact.dataType else {
            throw malformed("input \(index) must be a tensor, is \(fact.type)")
        }
        guard types.contains(dataType) else {
            throw malformed("input \(index) is \(dataType), which is none of \(types)")
        }
        return fact
    }

    /// The fact of input `index`, which must have the element type of `first`.
    func operand(_ inputs: [Fact?], _ index: Int, like first: Fact) throws(EngineError) -> Fact {
        let fact = try operand(inputs, index, of: .all)
        guard fact.dataType == first.dataType else {
            throw malformed("input \(index) is \(fact.type), which must be \(first.type)")
        }
        return fact
    }

    func checkInputCount(_ inputs: [Fact?], _ allowed: ClosedRange<Int>) throws(EngineError) {
        guard allowed.contains(inputs.count) else {
            throw malformed("it has \(inputs.count) inputs, and takes \(allowed.lowerBound) to \(allowed.upperBound)")
        }
    }

    /// `axis` counted from the front, where a negative one counts from the back.
    func normalizedAxis(_ axis: Int, rank: Int) throws(EngineError) -> Int {
        guard axis >= -rank, axis < rank else {
            throw malformed("axis \(axis) is outside a tensor of rank \(rank)")
        }
        return axis < 0 ? axis + rank : axis
    }

    /// The data type that ONNX numbers `code`, as attributes such as `to` and `dtype` give it.
    func dataType(code: Int, attribute: String) throws(EngineError) -> DataType {
        guard let type = DataType(attributeCode: code) else {
            throw malformed("attribute '\(attribute)' names no element type: \(code)")
        }
        return type
    }

    /// The data type that attribute `name` gives by its ONNX number, or nil when it is absent.
    func dataType(_ name: String) throws(EngineError) -> DataType? {
        guard let code = try int(name) else { return nil }
        return try dataType(code: code, attribute: name)
    }
}

extension DataType {
    /// The data type that an integer attribute of a node means.
    init?(attributeCode code: Int) {
        switch code {
        case 1: self = .float32
        case 2: self = .uint8
        case 3: self = .int8
        case 4: self = .uint16
        case 5: self = .int16
        case 6: self = .int32
        case 7: self = .int64
        case 8: self = .string
        case 9: self = .bool
        case 10: self = .float16
        case 11: self = .float64
        case 12: self = .uint32
        case 13: self = .uint64
        case 14: self = .complex64
        case 15: self = .complex128
        case 16: self = .bfloat16
        case 17: self = .float8E4M3FN
        case 18: self = .float8E4M3FNUZ
        case 19: self = .float8E5M2
        case 20: self = .float8E5M2FNUZ
        case 21: self = .uint4
        case 22: self = .int4
        case 23: self = .float4E2M1
        case 24: self = .float8E8M0
        case 25: self = .uint2
        case 26: self = .int2
        default: return nil
        }
    }
}
