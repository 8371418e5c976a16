#if canImport(Glibc)
    internal import Glibc
#endif

/// Read-only bytes of a file or of a heap block, alive while some copy of this value is.
public struct ONNXBytes: @unchecked Sendable {
    // Sendable because nobody writes the bytes after they were made, and `owner` only frees them.
    public let base: UnsafeRawPointer
    public let count: Int
    let owner: AnyObject

    init(base: UnsafeRawPointer, count: Int, owner: AnyObject) {
        self.base = base
        self.count = count
        self.owner = owner
    }

    /// A copy of `bytes` on the heap.
    public init(copying bytes: UnsafeRawBufferPointer) {
        let block = HeapBlock(byteCount: bytes.count)
        if let source = bytes.baseAddress { block.base.copyMemory(from: source, byteCount: bytes.count) }
        self.init(base: UnsafeRawPointer(block.base), count: bytes.count, owner: block)
    }

    public init(_ bytes: [UInt8]) {
        self = bytes.withUnsafeBytes { ONNXBytes(copying: $0) }
    }

    /// The whole file at `path`, mapped: nothing is read before it is used.
    public init(file path: String, allowingEmpty: Bool = false) throws(ONNXFormatError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ONNXFormatError("cannot open '\(path)': \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw ONNXFormatError("cannot read '\(path)': \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw ONNXFormatError("'\(path)' is not a regular file") }
        let count = Int(status.st_size)
        if count == 0, allowingEmpty {
            self.init([])
            return
        }
        guard count > 0 else { throw ONNXFormatError("'\(path)' is empty") }
        guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
            throw ONNXFormatError("cannot map '\(path)': \(String(cString: strerror(errno)))")
        }
        self.init(base: UnsafeRawPointer(base), count: count, owner: MappedFile(base: base, byteCount: count))
    }

    /// Some of these bytes, under the same owner.
    public func slice(_ range: Range<Int>) -> ONNXBytes {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "slice outside the bytes")
        return ONNXBytes(base: base + range.lowerBound, count: range.count, owner: owner)
    }

    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withExtendedLifetime(owner) { () throws(Failure) -> Result in
            try body(UnsafeRawBufferPointer(start: base, count: count))
        }
    }
}

private final class HeapBlock {
    let base: UnsafeMutableRawPointer
    init(byteCount: Int) { base = .allocate(byteCount: max(byteCount, 1), alignment: 64) }
    deinit { base.deallocate() }
}

private final class MappedFile {
    let base: UnsafeMutableRawPointer
    let byteCount: Int
    init(base: UnsafeMutableRawPointer, byteCount: Int) {
        self.base = base
        self.byteCount = byteCount
    }
    deinit { munmap(base, byteCount) }
}
