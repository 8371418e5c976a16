// Entries for fuzzers and mutation tests: any bytes must come back without a trap.

/// Decodes the bytes as a request and touches every part of it.
package func fuzzModelInferRequest(_ bytes: UnsafeRawBufferPointer) {
    let arena = MessageArena()
    guard let request = try? ModelInferRequest(decoding: bytes, in: arena) else { return }
    var sum = request.modelName.count &+ request.modelVersion.count &+ request.id.count
    for parameter in request.parameters { sum &+= touch(parameter.name, parameter.value) }
    for output in request.outputs {
        for parameter in output.parameters { sum &+= touch(parameter.name, parameter.value) }
    }
    for input in request.inputs { sum &+= touch(input, in: arena) }
    for tensor in request.rawContents { sum &+= RawBytesElements.count(in: tensor) ?? tensor.count }
    if let places = try? request.inputBytes(in: arena) { sum &+= places.count }
    consume(sum)
}

/// Decodes the bytes as an answer and touches every part of it.
package func fuzzModelInferResponse(_ bytes: UnsafeRawBufferPointer) {
    let arena = MessageArena()
    if let response = try? ModelInferResponse(decoding: bytes, in: arena) { touch(response, in: arena) }
    arena.reset()
    guard let answer = try? ModelStreamInferResponse(decoding: bytes, in: arena) else { return }
    consume(answer.errorMessage.count)
    if let response = answer.response { touch(response, in: arena) }
}

private func touch(_ response: ModelInferResponse, in arena: borrowing MessageArena) {
    var sum = response.modelName.count &+ response.modelVersion.count &+ response.id.count
    for parameter in response.parameters { sum &+= touch(parameter.name, parameter.value) }
    for output in response.outputs { sum &+= touch(output, in: arena) }
    for tensor in response.rawContents { sum &+= tensor.count }
    consume(sum)
}

private func touch(_ tensor: InferTensor, in arena: borrowing MessageArena) -> Int {
    var sum = tensor.name.hashValue &+ tensor.shape.count
    for parameter in tensor.parameters { sum &+= touch(parameter.name, parameter.value) }
    if let datatype = InferDatatype(tensor.datatype), let contents = tensor.contents {
        if let raw = try? contents.raw(as: datatype, in: arena) { for byte in raw { sum &+= Int(byte) } }
    }
    return sum
}

private func touch(_ name: MessageText, _ value: InferParameter) -> Int {
    if case .text(let text) = value { name.hashValue &+ text.hashValue } else { name.hashValue }
}

/// Keeps the optimiser from leaving out what made the number.
@inline(never)
func consume(_ number: Int) {
    withExtendedLifetime(number) {}
}
