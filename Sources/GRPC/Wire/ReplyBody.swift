public import NIOCore

/// The bytes of a message that is sent: a first piece, and more behind it. Large pieces are sent from where they lie.
public struct ReplyBody: Sendable {
    public var first: ByteBuffer
    public var rest: [ByteBuffer]

    public init(_ first: ByteBuffer, _ rest: [ByteBuffer] = []) {
        self.first = first
        self.rest = rest
    }

    public var byteCount: Int {
        var count = first.readableBytes
        for piece in rest { count += piece.readableBytes }
        return count
    }

    func forEach(_ body: (ByteBuffer) -> Void) {
        body(first)
        for piece in rest { body(piece) }
    }
}
