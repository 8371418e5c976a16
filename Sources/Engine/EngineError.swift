/// What went wrong with a model or with a request to run one. Nothing that a file or a request contains may trap instead.
public struct EngineError: Error, Sendable, Hashable {
    public enum Code: Sendable, Hashable {
        /// The model's file contradicts itself or its format.
        case malformedModel
        /// The model asks for something that this build does not do.
        case unsupported
        /// The given tensors do not fit the model.
        case invalidInput
        /// A bound was reached; the message names it.
        case resourceExhausted
        /// The run was abandoned on request.
        case cancelled
        /// A file could not be read.
        case unreadable
    }

    public let code: Code
    /// What is wrong, with the expected and the actual, without a final stop.
    public let message: String
    /// The node or value where it was noticed, when there is one.
    public var place: String?

    public init(_ code: Code, _ message: String, place: String? = nil) {
        self.code = code
        self.message = message
        self.place = place
    }
}

extension EngineError: CustomStringConvertible {
    public var description: String { place.map { "\($0): \(message)" } ?? message }
}
