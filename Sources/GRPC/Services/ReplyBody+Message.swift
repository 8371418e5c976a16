package import Messages
internal import NIOCore

extension ReplyBody {
    /// The message's bytes on the wire.
    package init(_ message: some Message) throws(MessageError) {
        self.init(ByteBuffer(bytes: try message.encoded()))
    }
}
