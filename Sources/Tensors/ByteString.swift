/// One element of a string tensor: bytes that are usually, but not always, UTF-8.
public struct ByteString: Sendable, Hashable {
    public var bytes: [UInt8]

    @inlinable public init(bytes: [UInt8]) { self.bytes = bytes }
    @inlinable public init(_ string: some StringProtocol) { self.bytes = Array(string.utf8) }

    /// The text, with ill-formed UTF-8 replaced.
    @inlinable public var string: String { String(decoding: bytes, as: UTF8.self) }
}

extension ByteString: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self.init(value) }
}

extension ByteString: Comparable {
    public static func < (left: ByteString, right: ByteString) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
}

extension ByteString: CustomStringConvertible {
    public var description: String { string }
}
