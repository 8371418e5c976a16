/// The error codes of RFC 9113 §7, as RST_STREAM and GOAWAY carry them.
public struct ErrorCode: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let noError = ErrorCode(rawValue: 0)
    public static let protocolError = ErrorCode(rawValue: 1)
    public static let internalError = ErrorCode(rawValue: 2)
    public static let flowControlError = ErrorCode(rawValue: 3)
    public static let settingsTimeout = ErrorCode(rawValue: 4)
    public static let streamClosed = ErrorCode(rawValue: 5)
    public static let frameSizeError = ErrorCode(rawValue: 6)
    public static let refusedStream = ErrorCode(rawValue: 7)
    public static let cancel = ErrorCode(rawValue: 8)
    public static let compressionError = ErrorCode(rawValue: 9)
    public static let connectError = ErrorCode(rawValue: 10)
    public static let enhanceYourCalm = ErrorCode(rawValue: 11)
    public static let inadequateSecurity = ErrorCode(rawValue: 12)
    public static let http11Required = ErrorCode(rawValue: 13)
}
