/// What becomes of a request to a decoupled model: one whose answers may come in parts.
public enum AnswerParts: Sendable {
    /// The answer is wanted in one piece, and put together.
    case together
    /// The caller cannot take such answers: the request fails with UNIMPLEMENTED and this message.
    case refused(StaticString)
    /// Each run's rows are wanted as soon as all rows before them are there.
    case wanted(any PartSink)
}

/// Where parts of answers go.
public protocol PartSink: AnyObject, Sendable {
    /// Called for each part but the last, which comes with ``ReplySink/finished(_:)``; never two at a time for one request, in the order of
    /// the rows, from any thread. The request still belongs to the core. Must not block.
    func part(of request: InferenceRequest, outputs: [OutputTensor])
}
