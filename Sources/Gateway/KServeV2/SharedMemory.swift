internal import Glibc
internal import Messages
internal import Serving
internal import Synchronization
internal import Tensors

/// Regions of system shared memory that clients have registered.
///
/// Only objects whose key begins with the prefix that the operator allows can be registered. They are read and written through their
/// descriptor, never mapped: a client that shrinks one while it is in use gets an error, and cannot crash the server. Any thread.
final class SharedMemory: Sendable {
    struct Region: Sendable, Hashable {
        var name: String
        var key: String
        var offset: Int
        var byteCount: Int
    }

    /// Registered regions. Beyond: RESOURCE_EXHAUSTED.
    static let maxRegions = 1024
    /// Bytes of one tensor in shared memory. Beyond: INVALID_ARGUMENT.
    static let maxTensorBytes = 1 << 30

    /// What keys must begin with; nil when shared memory is off.
    let prefix: String?
    private let regions = Mutex<[String: (region: Region, file: File)]>([:])

    /// An open shared memory object, closed when nobody uses it any more.
    private final class File: Sendable {
        let descriptor: Int32
        init(_ descriptor: Int32) { self.descriptor = descriptor }
        deinit { close(descriptor) }

        /// Its size now.
        var byteCount: Int { max(0, Int(lseek(descriptor, 0, SEEK_END))) }
    }

    init(prefix: String?) {
        self.prefix = prefix.map { $0.hasPrefix("/") ? $0 : "/" + $0 }
    }

    var isOn: Bool { prefix != nil }

    func checkIsOn() throws(ServingError) {
        guard isOn else {
            throw ServingError(
                .unimplemented, "shared memory is off; the server's option --shared-memory-prefix says which keys may be used")
        }
    }

    /// Registers a region.
    func register(name: String, key: String, offset: UInt64, byteCount: UInt64) throws(ServingError) {
        try checkIsOn()
        let path = key.hasPrefix("/") ? key : "/" + key
        guard !name.isEmpty else { throw ServingError(.invalidArgument, "a region of shared memory must have a name") }
        // The prefix must be all that stands before a name of its own: no way up, none into another folder.
        guard let prefix, path.hasPrefix(prefix), !path.dropFirst().contains("/"), path.utf8.count < 255, !path.utf8.contains(0) else {
            throw ServingError(.invalidArgument, "the shared memory key '\(key)' is not allowed: keys must begin with '\(prefix ?? "")'")
        }
        guard let start = Int(exactly: offset), let count = Int(exactly: byteCount), count > 0,
            !start.addingReportingOverflow(count).overflow
        else {
            throw ServingError(.invalidArgument, "region '\(name)': offset \(offset) and byte size \(byteCount) make no stretch of memory")
        }
        let descriptor = shm_open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0)
        guard descriptor >= 0 else {
            throw ServingError(
                .invalidArgument,
                "region '\(name)': the shared memory object '\(key)' cannot be opened: \(String(cString: strerror(errno)))")
        }
        let file = File(descriptor)
        guard start + count <= file.byteCount else {
            throw ServingError(
                .invalidArgument,
                "region '\(name)' ends at byte \(start + count), but the shared memory object '\(key)' has \(file.byteCount) bytes")
        }
        let refusal: ServingError? = regions.withLock { regions in
            if regions[name] != nil { return ServingError(.alreadyExists, "shared memory region '\(name)' already in manager") }
            guard regions.count < Self.maxRegions else {
                return ServingError(.resourceExhausted, "\(Self.maxRegions) regions of shared memory are registered already")
            }
            regions[name] = (Region(name: name, key: key, offset: start, byteCount: count), file)
            return nil
        }
        if let refusal { throw refusal }
    }

    /// Forgets a region, or all of them when the name is empty. Unknown names are no error, as with other servers.
    func unregister(name: String) {
        regions.withLock { regions in
            if name.isEmpty { regions = [:] } else { regions[name] = nil }
        }
    }

    /// One region, or all of them when the name is empty.
    func status(name: String) throws(ServingError) -> [Region] {
        let found = regions.withLock { $0.values.map(\.region).filter { name.isEmpty || $0.name == name } }
        guard name.isEmpty || !found.isEmpty else { throw ServingError(.notFound, "Unable to find system shared memory region: '\(name)'") }
        return found.sorted { $0.name < $1.name }
    }

    private func find(_ place: SharedMemoryPlace, tensor: String) throws(ServingError) -> (file: File, offset: Int) {
        try checkIsOn()
        guard let (region, file) = regions.withLock({ $0[place.region] }) else {
            throw ServingError(.notFound, "'\(tensor)': Unable to find shared memory region: '\(place.region)'")
        }
        let (end, overflow) = place.offset.addingReportingOverflow(place.byteCount)
        guard !overflow, end <= region.byteCount, place.byteCount <= Self.maxTensorBytes else {
            throw ServingError(
                .invalidArgument,
                "'\(tensor)': bytes \(place.offset) to \(end) are not within region '\(place.region)' of \(region.byteCount) bytes")
        }
        return (file, region.offset + place.offset)
    }

    /// A copy of a stretch.
    func read(_ place: SharedMemoryPlace, tensor: String) throws(ServingError) -> TensorStorage {
        let (file, offset) = try find(place, tensor: tensor)
        guard file.byteCount >= offset + place.byteCount else { throw Self.shrunk(place, tensor) }
        let storage = TensorStorage(byteCount: place.byteCount)
        var done = 0
        while done < place.byteCount {
            let count = pread(file.descriptor, storage.base + done, place.byteCount - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.shrunk(place, tensor) }
            done += count
        }
        return storage
    }

    /// Writes to a stretch, which must be large enough.
    func write(_ bytes: UnsafeRawBufferPointer, to place: SharedMemoryPlace, tensor: String) throws(ServingError) {
        let (file, offset) = try find(place, tensor: tensor)
        guard bytes.count <= place.byteCount else {
            throw ServingError(
                .invalidArgument, "'\(tensor)' takes \(bytes.count) bytes, but its place in region '\(place.region)' has \(place.byteCount)"
            )
        }
        // A write behind the end would make the object grow.
        guard file.byteCount >= offset + bytes.count else { throw Self.shrunk(place, tensor) }
        var done = 0
        while done < bytes.count, let start = bytes.baseAddress {
            let count = pwrite(file.descriptor, start + done, bytes.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.shrunk(place, tensor) }
            done += count
        }
    }

    private static func shrunk(_ place: SharedMemoryPlace, _ tensor: String) -> ServingError {
        ServingError(
            .invalidArgument, "'\(tensor)': the shared memory of region '\(place.region)' has become smaller than it was registered")
    }
}
