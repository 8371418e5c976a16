internal import JSON
internal import NIOCore
internal import Serving
internal import Synchronization

/// Asks the core for an answer in parts, and makes an event of each: `data: ` and a JSON document, as browsers' EventSource takes them.
final class EventStream: ReplySink, PartSink {
    /// Writes one part.
    typealias Writer = @Sendable (InferenceRequest, [OutputTensor]) -> JSONWriter

    private let write: Writer
    private let events: AsyncStream<ByteBuffer>.Continuation
    /// Waits for the status, which the first event decides.
    private let waiting = Mutex<CheckedContinuation<Int, Never>?>(nil)

    private init(_ write: @escaping Writer, _ events: AsyncStream<ByteBuffer>.Continuation) {
        self.write = write
        self.events = events
    }

    /// Returns once the first event is there. When nobody reads the events any more, the request is cancelled.
    static func ask(_ request: InferenceRequest, _ core: ServingCore, _ write: @escaping Writer) async -> WebAnswer {
        let (parts, events) = AsyncStream.makeStream(of: ByteBuffer.self)
        let stream = EventStream(write, events)
        events.onTermination = { end in
            if case .cancelled = end { request.cancel() }
        }
        request.sink = stream
        request.parts = .wanted(stream)
        let status = await withCheckedContinuation { continuation in
            stream.waiting.withLock { $0 = continuation }
            core.submit(request)
        }
        var answer = WebAnswer(status: status)
        answer.contentType = "text/event-stream; charset=utf-8"
        answer.headers = [("Cache-Control", "no-cache")]
        answer.parts = parts
        return answer
    }

    func part(of request: InferenceRequest, outputs: [OutputTensor]) {
        send(write(request, outputs), status: 200)
    }

    func finished(_ request: InferenceRequest) {
        if let error = request.error {
            var json = JSONWriter()
            json.beginObject()
            json.key("error")
            json.string(error.message)
            json.endObject()
            send(json, status: WebFailure(error).status)
        } else {
            send(write(request, request.outputs), status: 200)
        }
        events.finish()
        // It holds this stream, and this stream what is asked.
        request.sink = nil
        request.parts = .together
    }

    private func send(_ json: JSONWriter, status: Int) {
        var event = ByteBuffer(string: "data: ")
        event.writeBytes(json.bytes)
        event.writeString("\n\n")
        events.yield(event)
        waiting.withLock { $0.take() }?.resume(returning: status)
    }
}
