internal import GRPC
internal import Messages
internal import Serving

extension UnaryCall {
    /// The request, as a message.
    func decode<Request: Message>(_ type: Request.Type) throws(Status) -> Request {
        do throws(MessageError) { return try Request(decoding: message.bytes) } catch { throw Status(error) }
    }

    /// Replies with what is at hand.
    func answer<Request: Message, Response: Message>(_ type: Request.Type, _ body: (Request) throws(ServingError) -> Response) {
        do throws(Status) {
            let request = try decode(type)
            let response: Response
            do throws(ServingError) { response = try body(request) } catch { throw Status(error) }
            reply(try ReplyBody(encoding: response))
        } catch {
            fail(error)
        }
    }

    /// Replies with `response` once what was asked for is done. The completion may be called on any thread.
    func answer<Request: Message>(
        _ type: Request.Type, _ response: some Message, _ body: (Request, @escaping @Sendable (ServingError?) -> Void) -> Void
    ) {
        do throws(Status) {
            let request = try decode(type)
            let reply = try ReplyBody(encoding: response)
            body(request) { error in
                if let error { self.fail(Status(error)) } else { self.reply(reply) }
            }
        } catch {
            fail(error)
        }
    }
}

extension ReplyBody {
    /// A message of ours on the wire; one that cannot be written is our fault.
    init(encoding message: some Message) throws(Status) {
        do throws(MessageError) { try self.init(message) } catch { throw Status(.internal, error.description) }
    }
}
