extension StreamingCall {
    /// For methods with one request and many replies: calls `body` once the request is complete, and refuses a request
    /// without a message. Sets `onMessage` and `onHalfClose`.
    public func collectOneMessage(_ body: @escaping (MessageBuffer) -> Void) {
        var first: MessageBuffer?
        onMessage = { message in
            // What follows the first message is ignored, as other servers do.
            if first == nil { first = message }
        }
        onHalfClose = { [unowned self] in
            guard let message = first.take() else {
                return finish(Status(.unimplemented, "the method requires exactly one request message"))
            }
            body(message)
        }
    }
}
