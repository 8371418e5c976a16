internal import Glibc

/// Text inside a decoded message: UTF-8 without zero bytes. A view, not a copy.
///
/// Valid as long as the arena (or the constant) that it points into.
public struct MessageText: @unchecked Sendable {
    // Sendable because nothing writes to the bytes while a view of them is in use.
    private let start: UnsafeRawPointer?

    /// Bytes of UTF-8.
    public let count: Int

    /// The empty text.
    public init() {
        start = nil
        count = 0
    }

    /// A view of bytes that the caller keeps alive and knows to be UTF-8.
    public init(unchecked bytes: UnsafeRawBufferPointer) {
        start = bytes.baseAddress
        count = bytes.count
    }

    /// A view of a constant.
    public init(_ constant: StaticString) {
        if constant.hasPointerRepresentation {
            self.init(unchecked: UnsafeRawBufferPointer(start: constant.utf8Start, count: constant.utf8CodeUnitCount))
        } else {
            self.init()
        }
    }

    /// protobuf-c's text, which ends with a zero byte.
    init(_ text: UnsafePointer<CChar>?) {
        start = UnsafeRawPointer(text)
        count = text.map { strlen($0) } ?? 0
    }

    public var isEmpty: Bool { count == 0 }

    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

    /// The bytes of UTF-8, without a copy.
    public func withUTF8<R>(_ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R {
        try body(bytes.assumingMemoryBound(to: UInt8.self))
    }
}

extension MessageText: Hashable {
    public static func == (left: MessageText, right: MessageText) -> Bool {
        left.bytes.hasSameBytes(as: right.bytes)
    }

    /// Compares with no allocation.
    public static func == (left: MessageText, right: String) -> Bool {
        var right = right
        return right.withUTF8 { left.bytes.hasSameBytes(as: UnsafeRawBufferPointer($0)) }
    }

    /// Compares with no allocation.
    public static func == (left: MessageText, right: StaticString) -> Bool {
        left == MessageText(right)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(bytes: bytes)
    }
}

extension MessageText: CustomStringConvertible {
    public var description: String { String(self) }
}

extension String {
    /// A copy of the text.
    public init(_ text: MessageText) {
        self = String(decoding: text.bytes, as: UTF8.self)
    }
}

extension UnsafeRawBufferPointer {
    func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        guard count > 0, let left = baseAddress, let right = other.baseAddress else { return true }
        return memcmp(left, right, count) == 0
    }
}
