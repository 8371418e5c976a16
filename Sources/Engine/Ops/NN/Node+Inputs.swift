internal import Tensors

extension [DataType] {
    static let floating: [DataType] = [.float32, .float64, .float16, .bfloat16]
    /// What the matrix operators of the standard take.
    static let arithmetic: [DataType] = floating + [.int32, .int64, .uint32, .uint64, .int8, .uint8, .int16, .uint16]
    static let indices: [DataType] = [.int32, .int64]
}

// Reading the facts of inputs, with the errors that a wrong model deserves.
extension Node {
    /// The fact of input `index`, a tensor of one of `types` (any when nil) that must be there.
    func tensorFact(_ facts: [Fact?], _ index: Int, _ label: String, _ types: [DataType]? = nil) throws(EngineError) -> Fact {
        guard let fact = try optionalTensorFact(facts, index, label, types) else { throw malformed("input '\(label)' is missing") }
        return fact
    }

    /// The same for an input that may be left out.
    func optionalTensorFact(_ facts: [Fact?], _ index: Int, _ label: String, _ types: [DataType]? = nil) throws(EngineError) -> Fact? {
        guard index < facts.count, let fact = facts[index] else { return nil }
        guard let dataType = fact.dataType else { throw malformed("input '\(label)' must be a tensor, not \(fact.type)") }
        if let types, !types.contains(dataType) {
            throw malformed("input '\(label)' must be one of \(types.map(\.description).joined(separator: ", ")), not \(dataType)")
        }
        return fact
    }

    /// Throws unless the tensor, if its rank is known, has one of `ranks`.
    func checkRank(_ fact: Fact?, _ label: String, _ ranks: Int...) throws(EngineError) {
        guard let rank = fact?.rank, !ranks.contains(rank) else { return }
        throw malformed("input '\(label)' must have rank \(ranks.map(String.init).joined(separator: " or ")), not \(rank)")
    }

    /// Throws when both extents are known and differ.
    func checkExtent(_ dim: Dim?, _ expected: Dim?, _ what: @autoclosure () -> String) throws(EngineError) {
        guard let actual = dim?.value, let wanted = expected?.value, actual != wanted else { return }
        throw malformed("\(what()) must be \(wanted), not \(actual)")
    }

    /// Throws unless the tensor, as far as its extents are known, has exactly `dims`.
    func checkDims(_ fact: Fact?, _ dims: [Dim], _ label: String) throws(EngineError) {
        guard let actual = fact?.dims else { return }
        guard actual.count == dims.count else { throw malformed("input '\(label)' must have rank \(dims.count), not \(actual.count)") }
        for (axis, pair) in zip(actual, dims).enumerated() {
            try checkExtent(pair.0, pair.1, "extent \(axis) of input '\(label)'")
        }
    }

    func checkSameType(_ fact: Fact?, _ dataType: DataType?, _ label: String) throws(EngineError) {
        guard let actual = fact?.dataType, let dataType, actual != dataType else { return }
        throw malformed("input '\(label)' must be \(dataType), not \(actual)")
    }

    /// The fact of an output, refused when its elements could never be held.
    func outputFact(_ dataType: DataType, _ dims: [Dim]?) throws(EngineError) -> Fact {
        let fact = Fact(dataType, dims)
        if let dims, fact.shape == nil, dims.allSatisfy({ $0.value != nil }) {
            throw EngineError(.resourceExhausted, "the output's shape \(dims) has too many elements", place: place)
        }
        return fact
    }

    /// `axis` counted from the front, or an error.
    func normalizedAxis(_ axis: Int, rank: Int) throws(EngineError) -> Int {
        guard axis >= -rank, axis < rank else { throw malformed("axis \(axis) is outside rank \(rank)") }
        return axis < 0 ? axis + rank : axis
    }

    /// An integer attribute that must be at least `minimum`.
    func int(_ name: String, default fallback: Int, atLeast minimum: Int) throws(EngineError) -> Int {
        let value = try int(name, default: fallback)
        guard value >= minimum else { throw malformed("attribute '\(name)' must be at least \(minimum), not \(value)") }
        return value
    }
}

extension Fact {
    /// Extent `axis` if the rank is known and reaches it.
    func dim(_ axis: Int) -> Dim {
        guard let dims, axis < dims.count else { return .unknown }
        return dims[axis]
    }
}
