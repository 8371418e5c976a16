internal import GRPC
internal import Messages

/// Says what is wrong with the message of an answer whose status is OK.
///
/// Called for every answer that differs from the last good one. Any thread may call.
public protocol ReplyCheck: Sendable {
    /// The end of a sentence, or nil when nothing is wrong.
    func fault(in message: UnsafeRawBufferPointer) -> String?

    /// The same for an answer of REST, of which so many bytes are JSON, or all of it.
    func fault(in message: UnsafeRawBufferPointer, headerBytes: Int?) -> String?
}

extension ReplyCheck {
    public func fault(in message: UnsafeRawBufferPointer, headerBytes: Int?) -> String? { fault(in: message) }
}

/// Any message will do.
struct AnyReply: ReplyCheck {
    func fault(in message: UnsafeRawBufferPointer) -> String? { nil }
}

/// These bytes, and no others.
package struct ExactReply: ReplyCheck {
    let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    package func fault(in message: UnsafeRawBufferPointer) -> String? {
        if message.elementsEqual(bytes) { return nil }
        return message.count == bytes.count
            ? "the reply's bytes are not the expected ones" : "the reply has \(message.count) bytes, expected \(bytes.count)"
    }
}

/// Answers of KServe v2's ModelInfer.
package struct KServeReply: ReplyCheck {
    let outputs: [ExpectedTensor]

    package init(outputs: [ExpectedTensor]) { self.outputs = outputs }

    package func fault(in message: UnsafeRawBufferPointer) -> String? {
        let arena = MessageArena()
        do {
            let response = try ModelInferResponse(decoding: message, in: arena)
            for expected in outputs {
                guard let index = response.outputs.firstIndex(where: { String($0.name) == expected.name }) else {
                    return "output '\(expected.name)' is missing"
                }
                let output = response.outputs[index]
                let datatype = InferDatatype(output.datatype)
                let fault = try expected.fault(datatype: datatype, shape: output.shape) { _ in
                    if index < response.rawContents.count { return response.rawContents[index] }
                    guard let datatype, let contents = output.contents else { return UnsafeRawBufferPointer(start: nil, count: 0) }
                    return try contents.raw(as: datatype, in: arena)
                }
                if let fault { return fault }
            }
            return nil
        } catch {
            return "the reply cannot be decoded: \(error)"
        }
    }
}

/// Answers of TensorFlow Serving's Predict.
package struct PredictReply: ReplyCheck {
    let outputs: [ExpectedTensor]

    package init(outputs: [ExpectedTensor]) { self.outputs = outputs }

    package func fault(in message: UnsafeRawBufferPointer) -> String? {
        let arena = MessageArena()
        do {
            let response = try PredictMessage(.response, decoding: message, in: arena)
            for expected in outputs {
                guard let tensor = response.tensors.last(where: { String($0.name) == expected.name })?.tensor else {
                    return "output '\(expected.name)' is missing"
                }
                let fault = try expected.fault(datatype: TensorFlowTypes.datatype(tensor.datatype), shape: tensor.shape) { count in
                    try tensor.raw(count: count, in: arena)
                }
                if let fault { return fault }
            }
            return nil
        } catch {
            return "the reply cannot be decoded: \(error)"
        }
    }
}

/// Answers of TorchServe's Predictions.
struct PredictionReply: ReplyCheck {
    /// Nil when any prediction will do, but there must be one.
    let expected: [UInt8]?

    func fault(in message: UnsafeRawBufferPointer) -> String? {
        let arena = MessageArena()
        do {
            let response = try TorchServeAPI.PredictionResponse(decoding: message, in: arena)
            if let status = response.status, status.code != 0 { return "the reply says status \(status.code): \(String(status.message))" }
            if let expected { return ExactReply(bytes: expected).fault(in: response.prediction) }
            return response.prediction.isEmpty ? "the prediction is empty" : nil
        } catch {
            return "the reply cannot be decoded: \(error)"
        }
    }
}
