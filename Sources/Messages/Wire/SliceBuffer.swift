/// A message under construction whose large parts stay where they are: bytes of its own, and
/// references between them.
///
/// Clearing keeps the memory, so a reused buffer asks the system for nothing. What is referenced must
/// live until the slices are sent. Not thread-safe.
package struct SliceBuffer: ~Copyable, @unchecked Sendable {
    // Sendable because the memory has no owner but this value, and references are only read.

    /// The bytes of its own, in order.
    package var own = WireBuffer()
    private var pieces: [Piece] = []
    private var finished: [MessageSlice] = []
    private var references = 0

    /// Bytes that are referenced, not held.
    package private(set) var referencedBytes = 0

    /// References up to this size are copied instead: a slice costs more than they do.
    private let inlineBytes: Int

    /// Own bytes up to an offset, then a reference.
    private struct Piece {
        var end: Int
        var reference: UnsafeRawBufferPointer
        var index: Int
    }

    package init(inlineBytes: Int) {
        self.inlineBytes = inlineBytes
    }

    /// Bytes of the message so far.
    package var count: Int { own.count &+ referencedBytes }

    package mutating func clear() {
        own.clear()
        pieces.removeAll(keepingCapacity: true)
        finished.removeAll(keepingCapacity: true)
        referencedBytes = 0
        references = 0
    }

    /// Appends bytes that may stay where they are.
    package mutating func append(reference: UnsafeRawBufferPointer) {
        defer { references &+= 1 }
        guard reference.count > inlineBytes else { return own.append(reference) }
        pieces.append(Piece(end: own.count, reference: reference, index: references))
        referencedBytes &+= reference.count
    }

    /// Makes the slices, leaving out own bytes before `start`. Nothing may be appended afterwards.
    package mutating func finish(from start: Int = 0) {
        let bytes = own.bytes
        var begin = start
        for piece in pieces {
            if begin < piece.end { finished.append(MessageSlice(UnsafeRawBufferPointer(rebasing: bytes[begin..<piece.end]))) }
            finished.append(MessageSlice(piece.reference, index: piece.index))
            begin = piece.end
        }
        if begin < bytes.count { finished.append(MessageSlice(UnsafeRawBufferPointer(rebasing: bytes[begin...]))) }
    }

    /// The message in order, after `finish`. Valid until the next `clear` or the end of the buffer.
    package var slices: [MessageSlice] { finished }

    /// Bytes at the start of the first slice, to be filled after `finish`.
    package func head(_ count: Int) -> UnsafeMutableRawBufferPointer {
        guard let first = finished.first?.bytes, first.count >= count else { return UnsafeMutableRawBufferPointer(start: nil, count: 0) }
        return UnsafeMutableRawBufferPointer(start: UnsafeMutableRawPointer(mutating: first.baseAddress), count: count)
    }

    /// The slices in one piece, copied, without the first bytes.
    package func joined(dropping head: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for slice in finished { bytes.append(contentsOf: slice.bytes) }
        return Array(bytes.dropFirst(head))
    }
}
