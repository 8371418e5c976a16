internal import GRPC
internal import Messages
internal import Serving

extension GRPCServer {
    /// Registers a method whose answer may take a while to find: it is looked for off the event loop.
    ///
    /// - Parameter answer: gets the request and when its caller stops waiting, in monotonic nanoseconds.
    func register<Request: Message, Response: Message>(
        answering path: String, scope: Scope = .infer,
        _ answer: @escaping @Sendable (Request, UInt64?) async throws(ServingError) -> Response
    ) {
        register(unary: path, scope: scope) { call in
            let request: Request
            do throws(Status) { request = try call.decode(Request.self) } catch { return call.fail(error) }
            let deadline = call.callDeadline
            Task {
                do throws(ServingError) {
                    let response = try await answer(request, deadline)
                    do throws(Status) { call.reply(try ReplyBody(encoding: response)) } catch { call.fail(error) }
                } catch {
                    call.fail(Status(error))
                }
            }
        }
    }
}
