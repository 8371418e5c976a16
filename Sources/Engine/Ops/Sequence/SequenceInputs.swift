internal import Tensors

// What the operators on sequences share: checked access to sequences and positions.
extension [Fact?] {
    func fact(_ index: Int) throws(EngineError) -> Fact {
        guard index < count, let fact = self[index] else { throw EngineError(.malformedModel, "input \(index) is missing") }
        return fact
    }

    /// The element type of the sequence at `index`.
    func sequenceElement(_ index: Int) throws(EngineError) -> ValueType {
        guard case .sequence(let element) = try fact(index).type else {
            throw EngineError(.malformedModel, "input \(index) must be a sequence, it is \(try fact(index).type)")
        }
        return element
    }

    func checkPosition(_ index: Int) throws(EngineError) {
        guard index < count, let fact = self[index] else { return }
        guard fact.dataType == .int32 || fact.dataType == .int64 else {
            throw EngineError(.malformedModel, "position must be int32 or int64, it is \(fact.type)")
        }
    }
}

extension NodeRun {
    func sequence(_ index: Int) throws(EngineError) -> (elements: [Value], type: ValueType) {
        guard case .sequence(let elements, let type)? = value(index) else {
            throw EngineError(.invalidInput, "input \(index) is no sequence")
        }
        return (elements, type)
    }

    /// A position in `0..<bound`, counted from the end when negative; nil when the input is left out.
    func position(_ index: Int, bound: Int) throws(EngineError) -> Int? {
        guard let tensor = optionalTensor(index) else { return nil }
        guard tensor.count == 1 else { throw EngineError(.invalidInput, "a position of \(tensor.count) elements") }
        let given = tensor.dataType == .int32 ? Int(tensor.pointer(as: Int32.self)[0]) : Int(tensor.pointer(as: Int64.self)[0])
        let position = given < 0 ? given &+ bound : given
        guard position >= 0, position < bound else {
            throw EngineError(.invalidInput, "position \(given) in a sequence with \(bound) places")
        }
        return position
    }
}
