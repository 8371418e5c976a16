internal import Glibc
internal import Messages
internal import Serving

/// The files of a capture: one that is written, and older ones beside it, `path.1` the latest.
struct CaptureFile: ~Copyable {
    private let path: String
    private let head: [UInt8]
    private let maxBytes: Int
    private let maxFiles: Int
    private var descriptor: Int32 = -1
    private var size = 0
    private var buffer: [UInt8] = []

    /// Bytes that are written at once.
    private static let bufferBytes = 256 << 10

    /// Makes the file; one that is there already becomes an older one.
    init(_ settings: GatewayConfiguration.Capture) throws(GatewayError) {
        path = settings.path
        maxBytes = settings.maxFileBytes
        maxFiles = settings.maxFiles
        head = CaptureFormat.head(unixNanos: UInt64(max(0, WallClock.nanos)), share: settings.share)
        if access(path, F_OK) == 0 { Self.rotate(path, maxFiles) }
        descriptor = try Self.open(path)
        buffer = head
        size = head.count
        try flush()
    }

    deinit { if descriptor >= 0 { _ = Glibc.close(descriptor) } }

    mutating func append(_ record: [UInt8]) throws(GatewayError) {
        if size + record.count > maxBytes, size > head.count {
            try flush()
            _ = Glibc.close(descriptor)
            descriptor = -1
            Self.rotate(path, maxFiles)
            descriptor = try Self.open(path)
            buffer = head
            size = head.count
        }
        buffer += record
        size += record.count
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    mutating func flush() throws(GatewayError) {
        var written = 0
        while written < buffer.count {
            let start = written
            let count = buffer.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + start, $0.count - start) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw GatewayError("cannot write \(path): \(String(cString: strerror(errno)))") }
            written += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    mutating func close() {
        try? flush()
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Nobody else may read what clients sent.
    private static func open(_ path: String) throws(GatewayError) -> Int32 {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw GatewayError("cannot write \(path): \(String(cString: strerror(errno)))") }
        return descriptor
    }

    /// Makes every file one older; the oldest goes.
    private static func rotate(_ path: String, _ maxFiles: Int) {
        guard maxFiles > 1 else { return }
        for age in stride(from: maxFiles - 1, to: 0, by: -1) {
            _ = rename(age == 1 ? path : "\(path).\(age - 1)", "\(path).\(age)")
        }
    }
}
