internal import CLinux
internal import Glibc

/// Memory that the server and a worker both see. Nobody can shrink it, so that touching it never faults.
final class SharedSegment {
    let descriptor: Int32
    let base: UnsafeMutableRawPointer
    let byteCount: Int

    /// - Throws: RESOURCE_EXHAUSTED when there is no memory.
    init(byteCount: Int) throws(ServingError) {
        let page = 1 << 16
        let (padded, overflow) = byteCount.addingReportingOverflow(page - 1)
        let size = max(page, padded / page * page)
        let descriptor = overflow ? -1 : memfd_create("martlet", Self.closeOnExec | Self.allowSealing)
        guard descriptor >= 0 else { throw Self.fault(byteCount) }
        guard ftruncate(descriptor, size) == 0, fcntl(descriptor, Self.addSeals, Self.sealShrink | Self.sealGrow | Self.sealSeal) == 0,
            let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), base != UnsafeMutableRawPointer(bitPattern: -1)
        else {
            let fault = Self.fault(byteCount)
            close(descriptor)
            throw fault
        }
        self.descriptor = descriptor
        self.base = base
        self.byteCount = size
    }

    deinit {
        munmap(base, byteCount)
        close(descriptor)
    }

    private static func fault(_ byteCount: Int) -> ServingError {
        ServingError(.resourceExhausted, "there is no shared memory of \(byteCount) bytes: \(String(cString: strerror(errno)))")
    }

    // Macros that do not come through.
    private static let closeOnExec: UInt32 = 1
    private static let allowSealing: UInt32 = 2
    private static let addSeals: Int32 = 1033
    private static let sealSeal: Int32 = 1
    private static let sealShrink: Int32 = 2
    private static let sealGrow: Int32 = 4
}
