/// Where a request stands in a distributed trace, as the W3C's `traceparent` says it.
public struct TraceContext: Sendable, Hashable {
    private let high: UInt64
    private let low: UInt64
    private let span: UInt64
    /// The caller records this trace.
    public let isSampled: Bool

    /// 32 hexadecimal digits.
    public var traceID: String { Self.digits(high) + Self.digits(low) }
    /// 16 hexadecimal digits: the caller's part of the trace.
    public var parentID: String { Self.digits(span) }

    /// - Parameter traceparent: the header's value; anything malformed is nil, and never an error of the request.
    public init?(traceparent: UnsafeRawBufferPointer) {
        let length = 55
        guard traceparent.count >= length, let version = Self.number(traceparent, 0, 2), version != 0xFF,
            // Later versions may have more to say, behind another dash.
            traceparent.count == length || (version != 0 && traceparent[length] == UInt8(ascii: "-")),
            [2, 35, 52].allSatisfy({ traceparent[$0] == UInt8(ascii: "-") }),
            let high = Self.number(traceparent, 3, 16), let low = Self.number(traceparent, 19, 16), high | low != 0,
            let span = Self.number(traceparent, 36, 16), span != 0, let flags = Self.number(traceparent, 53, 2)
        else { return nil }
        self.high = high
        self.low = low
        self.span = span
        isSampled = flags & 1 != 0
    }

    public init?(traceparent: String) {
        var text = traceparent
        guard let context = text.withUTF8({ Self(traceparent: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = context
    }

    private static func number(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> UInt64? {
        var value: UInt64 = 0
        for index in start..<(start + count) {
            let byte = bytes[index]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            value = value << 4 | UInt64(digit)
        }
        return value
    }

    private static func digits(_ number: UInt64) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}
