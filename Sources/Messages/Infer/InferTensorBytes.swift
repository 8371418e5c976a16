/// Where the elements of one tensor of a request are.
public enum InferTensorBytes: @unchecked Sendable {
    // Sendable because nothing writes to a message while it is read.
    /// In the message, as they are in memory.
    case raw(UnsafeRawBufferPointer)
    /// In the message, in a typed list.
    case typed(InferContents)
    /// In a registered region of shared memory: the tensor's parameters say where.
    case sharedMemory
    /// Nowhere: a tensor without elements, or a fault of the client.
    case absent
}

extension ModelInferRequest {
    /// Where the elements of each input are, in the order of the inputs; the list lives in the arena.
    /// Inputs in shared memory take no entry of `rawContents`. Throws `.inconsistent` when typed and
    /// raw tensors are mixed or the number of raw tensors does not fit.
    public func inputBytes(in arena: borrowing MessageArena) throws(MessageError) -> UnsafeBufferPointer<InferTensorBytes> {
        let inputs = inputs
        let list = try arena.allocate(InferTensorBytes.self, count: inputs.count)
        var used = 0
        for position in 0..<inputs.count {
            let input = inputs[position]
            let place: InferTensorBytes
            if input.parameters["shared_memory_region"] != nil {
                place = .sharedMemory
            } else if rawContents.isEmpty {
                place = input.contents.map { .typed($0) } ?? .absent
            } else if let contents = input.contents, contents.totalCount > 0 {
                throw MessageError(
                    .inconsistent, "input '\(input.name)' has typed contents, but the request also has raw_input_contents: use one of them")
            } else if used < rawContents.count {
                place = .raw(rawContents[used])
                used &+= 1
            } else {
                throw countError(expected: inputs.count { $0.parameters["shared_memory_region"] == nil })
            }
            (list + position).initialize(to: place)
        }
        guard used == rawContents.count else { throw countError(expected: used) }
        return UnsafeBufferPointer(start: list, count: inputs.count)
    }

    private func countError(expected: Int) -> MessageError {
        MessageError(.inconsistent, "raw_input_contents holds \(rawContents.count) tensors for \(expected) inputs that need one")
    }
}
