/// The bytes of a capture: a head, then records, each behind its length. All numbers are little-endian.
///
/// Head: `MLTCAP2` and a line feed; 8 bytes, the beginning in nanoseconds since 1970; 8 bytes, the share of requests that was recorded, as
/// a floating-point number. Record: 4 bytes, the length of what follows; 8, nanoseconds from the beginning to the arrival; 8, the timeout
/// in nanoseconds, 0 for none; 1, the origin; 1, zero; 2, length of the path; 2, length of the model's name; the path; the name; the rest is
/// the message.
public enum CaptureFormat {
    static let magic = Array("MLTCAP2\n".utf8)
    public static let headBytes = 24
    /// A record without its path, name and message, and without its length.
    static let fixedBytes = 22
    /// The largest record. Beyond: it is not written, and not read.
    public static let maxRecordBytes = 1 << 30

    public static func head(unixNanos: UInt64, share: Double) -> [UInt8] {
        magic + bytes(unixNanos) + bytes(share.bitPattern)
    }

    /// The record of a request. Nil when its path or name is longer than 65,535 bytes, or all of it beyond ``maxRecordBytes``.
    public static func record(_ request: CapturedRequest) -> [UInt8]? {
        let path = Array(request.path.utf8)
        let model = Array(request.model.utf8)
        let length = fixedBytes + path.count + model.count + request.message.count
        guard let pathCount = UInt16(exactly: path.count), let modelCount = UInt16(exactly: model.count), length <= maxRecordBytes else {
            return nil
        }
        var record: [UInt8] = []
        record.reserveCapacity(4 + length)
        record += bytes(UInt32(length))
        record += bytes(request.nanos)
        record += bytes(request.timeoutNanos ?? 0)
        record += [request.origin.rawValue, 0]
        record += bytes(pathCount)
        record += bytes(modelCount)
        record += path
        record += model
        record += request.message
        return record
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
}
