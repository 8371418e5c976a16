import Tensors

extension [Fact?] {
    /// The fact of input `index`, which the operator requires to be a tensor.
    func tensorFact(_ index: Int) throws(EngineError) -> Fact {
        guard index < count, let fact = self[index] else {
            throw EngineError(.malformedModel, "input \(index) is missing")
        }
        guard fact.dataType != nil else {
            throw EngineError(.malformedModel, "input \(index) must be a tensor, not \(fact.type)")
        }
        return fact
    }

    /// The fact of input `index`, or nil when it is left out; when given, it must be a tensor.
    func optionalTensorFact(_ index: Int) throws(EngineError) -> Fact? {
        guard index < count, self[index] != nil else { return nil }
        return try tensorFact(index)
    }

    /// The elements of integer input `index` as far as they are known already.
    func knownIntegers(_ index: Int) throws(EngineError) -> [Int]? {
        guard let fact = try optionalTensorFact(index) else { return nil }
        guard let type = fact.dataType, type == .int64 || type == .int32 else {
            throw EngineError(.malformedModel, "input \(index) must be int64 or int32, not \(fact.type)")
        }
        return fact.value?.integers
    }

    /// The only element of integer input `index`, when it is known already.
    func knownInteger(_ index: Int) throws(EngineError) -> Int? {
        guard let values = try knownIntegers(index) else { return nil }
        guard values.count == 1 else {
            throw EngineError(.invalidInput, "input \(index) must have one element, not \(values.count)")
        }
        return values[0]
    }
}

extension Fact {
    /// The element type of what ``tensorFact(_:)`` has checked to be a tensor.
    var elementType: DataType { dataType ?? .float32 }

    /// How many elements a vector has; nil while unknown.
    var vectorLength: Int? {
        guard let dims else { return nil }
        if dims.isEmpty { return 1 }
        return dims.count == 1 ? dims[0].value : nil
    }
}

extension Tensor {
    /// The elements of an int64 or int32 tensor; nil for every other type.
    var integers: [Int]? {
        withExtendedLifetime(storage) {
            switch dataType {
            case .int64: UnsafeBufferPointer(start: pointer(as: Int64.self), count: count).map { Int($0) }
            case .int32: UnsafeBufferPointer(start: pointer(as: Int32.self), count: count).map { Int($0) }
            default: nil
            }
        }
    }
}

extension NodeRun {
    /// The elements of integer input `index`, which ``Operation/infer(_:)`` has checked; nil when it is left out.
    func integers(_ index: Int) -> [Int]? { optionalTensor(index)?.integers }

    /// Memory for output `index`; when its shape followed from elements that were not known beforehand, it is derived now.
    func target(_ index: Int, of operation: some Operation) throws(EngineError) -> Tensor {
        if planned[index] != nil || outputFacts[index].shape != nil { return output(index) }
        let facts = try operation.infer(constantFacts)
        guard facts.indices.contains(index), let dataType = facts[index].dataType, let shape = facts[index].shape else {
            throw EngineError(.invalidInput, "the shape of output \(index) does not fit an address space")
        }
        return allocate(index, dataType: dataType, shape: shape)
    }

    /// The inputs as facts with all their elements.
    var constantFacts: [Fact?] {
        inputs.map { value in
            switch value {
            case .tensor(let tensor)?: Fact(constant: tensor)
            case .sequence(_, let element)?: Fact(type: .sequence(element))
            case .map(_, let type)?: Fact(type: type)
            case .none(let type)?: Fact(type: type)
            case nil: nil
            }
        }
    }

    /// Publishes input 0 under the shape of output 0: no element moves.
    func publishView(of operation: some Operation) throws(EngineError) {
        let source = tensor(0)
        var shape = planned[0]?.shape ?? outputFacts[0].shape
        if shape == nil { shape = try operation.infer(constantFacts).first?.shape }
        guard let shape, shape.count == source.count else {
            throw EngineError(.invalidInput, "\(source.shape) cannot be given another number of elements")
        }
        publish(source.reshaped(to: shape))
    }
}
