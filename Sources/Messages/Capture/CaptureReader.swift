/// Reads a capture, a request at a time.
///
/// A last record that is cut off is no error: whoever wrote it may have been stopped in the middle. ``isCutOff`` says so.
public struct CaptureReader: Sendable {
    /// When the capture began, in nanoseconds since 1970.
    public let unixNanos: UInt64
    /// The share of requests that was recorded, 0…1.
    public let share: Double
    /// The bytes end inside a record, which is left out.
    public private(set) var isCutOff = false
    private let bytes: [UInt8]
    private var offset = CaptureFormat.headBytes

    /// - Throws: when the bytes are no capture.
    public init(_ bytes: [UInt8]) throws(MessageError) {
        guard bytes.starts(with: CaptureFormat.magic), bytes.count >= CaptureFormat.headBytes else {
            throw MessageError(.malformed, "no capture: it does not begin with MLTCAP2 and a head of \(CaptureFormat.headBytes) bytes", at: .byte(0))
        }
        self.bytes = bytes
        unixNanos = Self.number(bytes, at: 8)
        share = Double(bitPattern: Self.number(bytes, at: 16))
    }

    /// The next request; nil at the end.
    /// - Throws: for a record that contradicts itself. Nothing behind it can be read.
    public mutating func next() throws(MessageError) -> CapturedRequest? {
        guard offset < bytes.count, !isCutOff else { return nil }
        let start = offset
        guard bytes.count - start >= 4 else { return cutOff() }
        let length = Int(Self.number(bytes, at: start) as UInt32)
        guard length >= CaptureFormat.fixedBytes, length <= CaptureFormat.maxRecordBytes else {
            throw MessageError(.malformed, "a record of \(length) bytes, which none can have", at: .byte(start))
        }
        guard bytes.count - start - 4 >= length else { return cutOff() }
        let end = start + 4 + length
        let nanos: UInt64 = Self.number(bytes, at: start + 4)
        let timeout: UInt64 = Self.number(bytes, at: start + 12)
        let pathBytes = Int(Self.number(bytes, at: start + 22) as UInt16)
        let modelBytes = Int(Self.number(bytes, at: start + 24) as UInt16)
        let path = start + 4 + CaptureFormat.fixedBytes
        guard end - path >= pathBytes + modelBytes else {
            throw MessageError(.inconsistent, "a record whose path and model are longer than itself", at: .byte(start))
        }
        guard let pathText = String(validating: bytes[path..<path + pathBytes], as: UTF8.self), pathText.hasPrefix("/"),
            let model = String(validating: bytes[path + pathBytes..<path + pathBytes + modelBytes], as: UTF8.self)
        else {
            throw MessageError(.invalidText, "a record whose path or model is none", at: .byte(start))
        }
        offset = end
        // An origin that a later version knows is unknown here, and no fault.
        return CapturedRequest(
            nanos: nanos, timeoutNanos: timeout == 0 ? nil : timeout,
            origin: CapturedRequest.Origin(rawValue: bytes[start + 20]) ?? .unknown, path: pathText, model: model,
            message: Array(bytes[path + pathBytes + modelBytes..<end]))
    }

    private mutating func cutOff() -> CapturedRequest? {
        isCutOff = true
        return nil
    }

    private static func number<Number: FixedWidthInteger>(_ bytes: [UInt8], at offset: Int) -> Number {
        bytes.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self)) }
    }
}
