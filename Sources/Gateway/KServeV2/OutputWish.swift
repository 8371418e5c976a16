internal import Serving

/// How a caller wants one output, beyond its name.
struct OutputWish: Sendable, Hashable {
    /// The best classes to answer with in place of the numbers; 0 for the numbers.
    var classCount = 0
    /// As bytes behind the JSON; only where there is JSON.
    var isBinary = false
    /// Where to put the bytes in place of sending them.
    var memory: SharedMemoryPlace?
}

/// A stretch of a registered region.
struct SharedMemoryPlace: Sendable, Hashable {
    var region: String
    /// Bytes from the region's beginning.
    var offset: Int
    var byteCount: Int

    /// - Parameters: as a request's parameters say them; nil where they say nothing.
    init(region: String, offset: Int64?, byteCount: Int64?, tensor: String) throws(ServingError) {
        guard let byteCount, byteCount >= 0, let size = Int(exactly: byteCount) else {
            throw ServingError(.invalidArgument, "'\(tensor)' is in shared memory, but 'shared_memory_byte_size' is not given or negative")
        }
        guard let offset = Int(exactly: offset ?? 0), offset >= 0 else {
            throw ServingError(.invalidArgument, "'\(tensor)': the parameter 'shared_memory_offset' is negative")
        }
        self.region = region
        self.offset = offset
        self.byteCount = size
    }
}
