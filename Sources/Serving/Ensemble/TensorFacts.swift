internal import Tensors

/// What is known of a tensor before there is one.
struct TensorFacts: Sendable, Hashable {
    var dataType: DataType
    /// Extents with the leading one, -1 for any; nil when even the rank is open.
    var dims: [Int]?

    init(_ dataType: DataType, _ dims: [Int]?) {
        self.dataType = dataType
        self.dims = dims
    }

    init(_ signature: TensorSignature) { self.init(signature.dataType, signature.dims) }

    /// Whether a tensor like this may be one like `other`.
    func fits(_ other: TensorFacts) -> Bool {
        guard dataType == other.dataType else { return false }
        guard let dims, let others = other.dims else { return true }
        return dims.count == others.count && zip(dims, others).allSatisfy { $0 < 0 || $1 < 0 || $0 == $1 }
    }

    /// What is known when both are; the two fit.
    func narrowed(by other: TensorFacts) -> TensorFacts {
        guard let dims, let others = other.dims else { return TensorFacts(dataType, dims ?? other.dims) }
        return TensorFacts(dataType, zip(dims, others).map { $0 < 0 ? $1 : $0 })
    }

    /// What is known when one of the two is; nil when the types differ.
    func widened(by other: TensorFacts) -> TensorFacts? {
        guard dataType == other.dataType else { return nil }
        guard let dims, let others = other.dims, dims.count == others.count else { return TensorFacts(dataType, nil) }
        return TensorFacts(dataType, zip(dims, others).map { $0 == $1 ? $0 : -1 })
    }
}

extension TensorFacts: CustomStringConvertible {
    var description: String {
        dataType.kserveName + " " + (dims.map { "[" + $0.map(String.init).joined(separator: ",") + "]" } ?? "of any shape")
    }
}
