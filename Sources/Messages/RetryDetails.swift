/// The bytes of a `google.rpc.Status` whose one detail is a `google.rpc.RetryInfo`: what clients find in `grpc-status-details-bin`.
public enum RetryDetails {
    /// - Parameters:
    ///   - code: the number of the gRPC status; 0 or more.
    ///   - delayNanos: time after which trying again is worth it.
    public static func bytes(code: Int, message: String, delayNanos: Int64) -> [UInt8] {
        let delay = max(0, delayNanos)
        let duration = field(1, varint: UInt64(delay / 1_000_000_000)) + field(2, varint: UInt64(delay % 1_000_000_000))
        let info = field(1, bytes: duration)
        let any = field(1, bytes: Array("type.googleapis.com/google.rpc.RetryInfo".utf8)) + field(2, bytes: info)
        return field(1, varint: UInt64(max(0, code))) + field(2, bytes: Array(message.utf8)) + field(3, bytes: any)
    }

    private static func field(_ number: UInt8, varint value: UInt64) -> [UInt8] {
        value == 0 ? [] : [number << 3] + varint(value)
    }

    private static func field(_ number: UInt8, bytes: [UInt8]) -> [UInt8] {
        [number << 3 | 2] + varint(UInt64(bytes.count)) + bytes
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
        return bytes
    }
}
