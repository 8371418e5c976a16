extension GRPCClient {
    /// Calls a method with one request and one reply. Throws the status when it is not OK. Cancelling the task cancels the
    /// call.
    public func unary(_ path: String, _ message: ReplyBody, _ options: Options = Options()) async throws -> MessageBuffer {
        let box = CallBox()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<MessageBuffer, any Error>) in
                var reply: MessageBuffer?
                let call = start(path, options) { _, event in
                    switch event {
                    case .initialMetadata: break
                    case .message(let message): if reply == nil { reply = message }
                    case .end(let status, _):
                        if !status.isOK {
                            continuation.resume(throwing: status)
                        } else if let reply {
                            continuation.resume(returning: reply)
                        } else {
                            continuation.resume(throwing: Status(.internal, "OK without a message"))
                        }
                    }
                }
                box.set(call)
                call.send(message)
                call.halfClose()
            }
        } onCancel: {
            box.cancel()
        }
    }

    /// Calls a method with one request and many replies. The stream throws the status when it is not OK; ending it early
    /// cancels the call. Replies that are not consumed wait in memory.
    public func serverStream(
        _ path: String, _ message: ReplyBody, _ options: Options = Options()
    ) -> AsyncThrowingStream<MessageBuffer, any Error> {
        AsyncThrowingStream { continuation in
            let call = start(path, options) { _, event in
                switch event {
                case .initialMetadata: break
                case .message(let message): continuation.yield(message)
                case .end(let status, _): continuation.finish(throwing: status.isOK ? nil : status)
                }
            }
            continuation.onTermination = { end in
                if case .cancelled = end { call.cancel() }
            }
            call.send(message)
            call.halfClose()
        }
    }
}
