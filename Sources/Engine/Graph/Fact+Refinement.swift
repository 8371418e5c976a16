internal import Tensors

extension Fact {
    /// What both this and `other` say; this one where they disagree.
    func refined(by other: Fact?) -> Fact {
        guard let other, other.type == type, let otherDims = other.dims else { return self }
        var result = self
        guard let dims else {
            result.dims = otherDims
            return result
        }
        guard dims.count == otherDims.count else { return self }
        result.dims = zip(dims, otherDims).map { own, given in
            if case .known = own { own } else if case .known = given { given } else if own == .unknown { given } else { own }
        }
        return result
    }

    /// What holds whichever of the two a value turns out to be. Nil when the types differ.
    func joined(with other: Fact) -> Fact? {
        guard type == other.type else { return nil }
        guard let dims, let otherDims = other.dims, dims.count == otherDims.count else { return Fact(type: type) }
        return Fact(type: type, dims: zip(dims, otherDims).map { $0 == $1 ? $0 : .unknown })
    }
}
