/// What is wrong with the bytes of an ONNX file.
public struct ONNXFormatError: Error, Sendable, Hashable {
    /// What was expected and what was found, without a final stop.
    public let message: String

    public init(_ message: String) { self.message = message }
}

extension ONNXFormatError: CustomStringConvertible {
    public var description: String { message }
}
