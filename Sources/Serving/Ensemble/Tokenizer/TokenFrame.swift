/// The numbers that a tokenizer puts before and behind a text.
struct TokenFrame: Sendable {
    private(set) var opening: [Int64] = []
    private(set) var closing: [Int64] = []

    var count: Int { opening.count + closing.count }

    /// - Throws: UNIMPLEMENTED for a post-processor that is not known here.
    init(_ processor: TokenizerFile.PostProcessor?, name: String) throws(ServingError) {
        guard let processor else { return }
        switch processor.type {
        case "BertProcessing", "RobertaProcessing":
            guard let cls = processor.cls, let sep = processor.sep else {
                throw ServingError(.invalidArgument, "'\(name)': post_processor lacks cls or sep")
            }
            (opening, closing) = ([cls.id], [sep.id])
        case "TemplateProcessing":
            var isPast = false
            for part in processor.single ?? [] {
                if part.Sequence != nil {
                    isPast = true
                } else if let special = part.SpecialToken {
                    guard let ids = processor.special_tokens?[special.id]?.ids else {
                        throw ServingError(.invalidArgument, "'\(name)': post_processor has no number for '\(special.id)'")
                    }
                    if isPast { closing += ids } else { opening += ids }
                }
            }
        // It only moves offsets, which nobody here asks for.
        case "ByteLevel": break
        case "Sequence":
            for inner in processor.processors ?? [] {
                let frame = try TokenFrame(inner, name: name)
                opening = frame.opening + opening
                closing += frame.closing
            }
        default:
            throw ServingError(.unimplemented, "'\(name)' asks for the post-processor '\(processor.type)', which this server does not do")
        }
    }
}
