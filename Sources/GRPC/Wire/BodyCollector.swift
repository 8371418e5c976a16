package import NIOCore

/// Gathers the body of an HTTP/1.1 request in one piece, and takes no more than it is allowed: nothing is reserved because a
/// header announces it, only because it has come.
package struct BodyCollector: ~Copyable {
    private var buffer: MessageBuffer
    private let limit: Int
    private let budget: MemoryBudget

    private static let smallestBytes = 4096

    /// - Parameters:
    ///   - limit: bytes of the body. Beyond: RESOURCE_EXHAUSTED.
    ///   - budget: memory for all bodies together. Beyond: RESOURCE_EXHAUSTED.
    package init(limit: Int, budget: MemoryBudget) throws(Status) {
        self.limit = limit
        self.budget = budget
        buffer = try Self.room(Self.smallestBytes, budget)
    }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(Status) {
        guard bytes.count > 0 else { return }
        let (count, overflow) = buffer.count.addingReportingOverflow(bytes.count)
        guard !overflow, count <= limit else { throw Self.tooLarge(limit) }
        if count > buffer.capacity {
            let larger = try Self.room(max(count, min(limit, buffer.capacity &* 2)), budget)
            if buffer.count > 0 { larger.append(buffer.bytes) }
            buffer = larger
        }
        buffer.append(bytes)
    }

    /// What has come.
    package consuming func finish() -> MessageBuffer { buffer }

    package static func tooLarge(_ limit: Int) -> Status {
        Status(.resourceExhausted, "the body is larger than the \(limit) bytes allowed")
    }

    private static func room(_ count: Int, _ budget: MemoryBudget) throws(Status) -> MessageBuffer {
        guard budget.reserve(count) else { throw Status(.resourceExhausted, "no memory left for request bodies") }
        return MessageBuffer(capacity: count, budget: budget)
    }
}

/// The codings of HTTP/1.1 bodies.
package enum BodyCoding {
    /// The body that a compressed one stands for, at most `limit` bytes long.
    package static func inflate(_ body: MessageBuffer, _ coding: Coding, limit: Int, budget: MemoryBudget) throws(Status) -> MessageBuffer {
        guard coding != .identity else { return body }
        guard let inflater = Inflater(coding) else { throw Status(.internal, "decompression is not available") }
        return try inflater.inflate(body.bytes, limit: limit, pool: BufferPool(budget: budget, maxPooledBytes: 0))
    }

    /// Nil when it should go as it is.
    package static func deflate(_ pieces: [ByteBuffer], _ coding: Coding) -> ByteBuffer? {
        guard coding != .identity, let first = pieces.first, let deflater = Deflater(coding) else { return nil }
        var output = ByteBuffer()
        deflater.deflate(ReplyBody(first, Array(pieces.dropFirst())), into: &output)
        return output
    }
}
