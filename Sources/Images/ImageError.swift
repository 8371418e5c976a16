/// Why a picture cannot be decoded.
public struct ImageError: Error, Sendable, Hashable {
    public enum Code: Sendable, Hashable {
        /// The first bytes are those of no format that this room reads.
        case unknownFormat
        /// The bytes end before the picture does.
        case truncated
        /// The bytes contradict themselves or their format.
        case malformed
        /// A kind of picture that this room does not read; the message names it.
        case unsupported
        /// A bound of ``ImageLimits``; the message names it.
        case tooLarge
    }

    public let code: Code
    /// What is wrong, with the format first and without a final stop.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension ImageError: CustomStringConvertible {
    public var description: String { message }
}
