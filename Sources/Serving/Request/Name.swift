internal import Glibc

/// The name of a model, an input or an output: a string, or the bytes of a message that is still there, so that no string need be made.
///
/// A borrowed name is valid while the request's ``InferenceRequest/owner`` keeps the message; that is what `@unchecked Sendable` rests on.
public struct Name: @unchecked Sendable {
    private let base: UnsafePointer<UInt8>?
    private let count: Int
    private let owned: String

    public init(_ string: String) {
        self.base = nil
        self.count = 0
        self.owned = string
    }

    /// - Parameter bytes: UTF-8 that outlives the name.
    public init(borrowing bytes: UnsafeBufferPointer<UInt8>) {
        self.base = bytes.baseAddress
        self.count = bytes.count
        self.owned = ""
    }

    public var isEmpty: Bool { base == nil ? owned.isEmpty : count == 0 }

    /// The name as a string of its own, ill-formed UTF-8 replaced.
    public var string: String {
        guard let base else { return owned }
        return String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
    }

    /// Calls `body` with the UTF-8 bytes, without copying them when it can be helped.
    @inline(__always)
    public func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let base { return body(UnsafeBufferPointer(start: base, count: count)) }
        if let result = owned.utf8.withContiguousStorageIfAvailable(body) { return result }
        return Array(owned.utf8).withUnsafeBufferPointer(body)
    }

    /// Whether the bytes are those of `other`.
    public func matches(_ other: [UInt8]) -> Bool {
        withBytes { bytes in
            guard bytes.count == other.count else { return false }
            guard let base = bytes.baseAddress, bytes.count > 0 else { return true }
            return other.withUnsafeBufferPointer { memcmp(base, $0.baseAddress!, bytes.count) == 0 }
        }
    }
}

extension Name: Hashable {
    public static func == (left: Name, right: Name) -> Bool {
        left.withBytes { left in
            right.withBytes { right in
                left.count == right.count && (left.count == 0 || memcmp(left.baseAddress!, right.baseAddress!, left.count) == 0)
            }
        }
    }

    public func hash(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

extension Name: ExpressibleByStringLiteral, CustomStringConvertible {
    public init(stringLiteral value: String) { self.init(value) }
    public var description: String { string }
}
