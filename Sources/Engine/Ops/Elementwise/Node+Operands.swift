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

    /// The data type that ONNX numbers `code`, as attributes such as `to` and `dtype` give it.
    func dataType(code: Int, attribute: String) throws(EngineError) -> DataType {
        guard let number = Int32(exactly: code), let type = DataType(onnx: number) else {
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
