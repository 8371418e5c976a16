public import Tensors

/// The name, type and shape of one input or output.
public struct TensorSignature: Sendable, Hashable {
    public let name: String
    public let dataType: DataType
    /// Extents with the leading batch extent, -1 for any; nil when even the rank is open.
    public let dims: [Int]?
    /// Names of open extents: the same name is the same extent throughout one request. Parallel to `dims`; empty when none is named.
    public let symbols: [String?]
    /// The request may leave it out.
    public let isOptional: Bool
    let utf8: [UInt8]

    public init(name: String, dataType: DataType, dims: [Int]?, symbols: [String?] = [], isOptional: Bool = false) {
        self.name = name
        self.dataType = dataType
        self.dims = dims
        self.symbols = symbols
        self.isOptional = isOptional
        self.utf8 = Array(name.utf8)
    }
}

/// What a model takes and gives, in the order of its file.
public struct ModelSignature: Sendable, Hashable {
    public let inputs: [TensorSignature]
    public let outputs: [TensorSignature]

    public init(inputs: [TensorSignature], outputs: [TensorSignature]) {
        self.inputs = inputs
        self.outputs = outputs
    }
}

/// Whether rows of several requests may share a run.
public enum Batchability: Sendable, Hashable {
    /// The leading axis of every input is the row, and of every output that is not listed as shared.
    /// - Parameter sharedOutputs: outputs that are the same whoever takes part, by index.
    case rows(sharedOutputs: Set<Int>)
    /// One request a run; the reason completes "requests are not batched because …".
    case single(reason: String)
}
