package import HTTP2

/// Custom metadata of a call, in the order it is sent; a name may occur more than once.
///
/// Names are lower case. Names that end in `-bin` hold bytes, which travel as base64; all others hold text.
public struct Metadata: Sendable {
    /// In wire form.
    package private(set) var list = HeaderList()

    public init() {}

    public var isEmpty: Bool { list.isEmpty }
    public var count: Int { list.count }

    /// Adds text. Characters that HTTP/2 does not carry in a value become question marks; a name that the protocol keeps for
    /// itself, or that is no valid one, is not added.
    public mutating func append(_ name: String, _ value: String) {
        guard Metadata.isAllowed(name), !name.hasSuffix("-bin") else { return }
        let isPlain = value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
        let text = isPlain ? value : String(decoding: value.utf8.map { $0 >= 0x20 && $0 != 0x7f ? $0 : 0x3f }, as: UTF8.self)
        list.append(name, text)
    }

    /// Adds bytes; `name` must end in `-bin`.
    public mutating func append(_ name: String, binary: [UInt8]) {
        guard Metadata.isAllowed(name), name.hasSuffix("-bin") else { return }
        list.append(name, String(decoding: Base64.encode(binary), as: UTF8.self))
    }

    /// Adds all fields of `other`.
    public mutating func append(_ other: Metadata) { list.append(other) }

    /// A field as it was received.
    package mutating func append(received name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        list.append(name, value)
    }

    /// The first value of a text field.
    public subscript(_ name: String) -> String? {
        var found: String?
        forEach { fieldName, value in
            if found == nil, fieldName.elementsEqual(name.utf8) { found = String(decoding: value, as: UTF8.self) }
        }
        return found
    }

    /// Every value of a text field.
    public func values(_ name: String) -> [String] {
        var values: [String] = []
        forEach { fieldName, value in
            if fieldName.elementsEqual(name.utf8) { values.append(String(decoding: value, as: UTF8.self)) }
        }
        return values
    }

    /// Every value of a `-bin` field, decoded.
    public func binaryValues(_ name: String) -> [[UInt8]] {
        var values: [[UInt8]] = []
        forEach { fieldName, value in
            guard fieldName.elementsEqual(name.utf8) else { return }
            for part in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                if let bytes = Base64.decode(UnsafeRawBufferPointer(rebasing: part)) { values.append(bytes) }
            }
        }
        return values
    }

    /// Names and values in wire form; the pointers are valid during the call.
    public func forEach(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
        list.bytes.withUnsafeBytes { bytes in
            for field in list.fields {
                let middle = field.start + field.nameLength
                body(
                    UnsafeRawBufferPointer(rebasing: bytes[field.start..<middle]),
                    UnsafeRawBufferPointer(rebasing: bytes[middle..<middle + field.valueLength]))
            }
        }
    }

    public mutating func removeAll() { list.removeAll() }

    private static func isAllowed(_ name: String) -> Bool {
        let reserved: [String] = ["content-type", "te", "content-length", "connection", "host", "transfer-encoding", "upgrade"]
        return !name.isEmpty && !name.hasPrefix("grpc-") && !reserved.contains(name)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
                case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
                default: false
                }
            }
    }
}

extension HeaderList {
    mutating func append(_ metadata: Metadata) {
        metadata.forEach { append($0, $1) }
    }

    mutating func append(_ status: Status) {
        append("grpc-status", String(status.code.rawValue))
        if !status.message.isEmpty { append("grpc-message", PercentEncoding.encode(status.message)) }
        if !status.details.isEmpty {
            append("grpc-status-details-bin", String(decoding: Base64.encode(status.details), as: UTF8.self))
        }
        if let millis = status.retryAfterMillis { append("grpc-retry-pushback-ms", String(max(0, millis))) }
    }
}
