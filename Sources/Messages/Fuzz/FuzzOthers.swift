/// Decodes the bytes as messages of TensorFlow Serving's Predict and touches every part.
package func fuzzPredictMessage(_ bytes: UnsafeRawBufferPointer) {
    let arena = MessageArena()
    for kind in [PredictMessage.Kind.request, .response] {
        arena.reset()
        guard let message = try? PredictMessage(kind, decoding: bytes, in: arena) else { continue }
        var sum = message.modelName.hashValue &+ message.signatureName.count &+ (message.versionLabel?.count ?? 0)
        for name in message.outputFilter { sum &+= name.hashValue }
        for (name, tensor) in message.tensors {
            sum &+= name.hashValue &+ tensor.shape.count
            let count = tensor.shape.reduce(1) { ($0 &* Int(truncatingIfNeeded: $1)) & 0xffff }
            if let raw = try? tensor.raw(count: count, in: arena) { for byte in raw { sum &+= Int(byte) } }
        }
        consume(sum)
    }
}

/// Decodes the bytes as TorchServe's messages for predictions and touches every part.
package func fuzzPredictions(_ bytes: UnsafeRawBufferPointer) {
    let arena = MessageArena()
    if let request = try? TorchServeAPI.PredictionsRequest(decoding: bytes, in: arena) {
        var sum = request.modelName.hashValue &+ request.modelVersion.count &+ (request.sequenceId?.count ?? 0)
        for (name, bytes) in request.inputs { sum &+= name.hashValue &+ bytes.count }
        consume(sum)
    }
    arena.reset()
    guard let response = try? TorchServeAPI.PredictionResponse(decoding: bytes, in: arena) else { return }
    consume(response.prediction.count &+ (response.sequenceId?.count ?? 0) &+ (response.status?.message.hashValue ?? 0))
}
