internal import GRPC
internal import Messages
internal import NIOCore
internal import Serving
internal import Synchronization
internal import Tensors

/// One Predict call on its way through: the request read from its message, and the reply written from the answer.
///
/// Pooled with all its memory. It belongs to one thread at a time, from the event loop that fills it in to the thread that
/// answers: that hand-over is what `@unchecked Sendable` rests on.
final class PredictCall: PooledCall, MetadataSource, @unchecked Sendable {
    let request = InferenceRequest()
    var call: UnaryCall?
    let ticket = CallTicket()
    /// Of the call, while some model passes such on.
    private var metadata = Metadata()
    private let arena = MessageArena()
    private var writer = PredictWriter(.response)
    private var reply = ByteBuffer()
    private var dims: [Int64] = []
    private var stringBytes = WireBuffer()

    func read(_ buffer: MessageBuffer, deadline: UInt64?, metadata: Metadata) throws(Status) {
        if !metadata.isEmpty, MetadataInterest.isOn.load(ordering: .relaxed) { self.metadata = metadata }
        request.owner = buffer
        request.origin = .tensorFlow
        let message: PredictMessage
        do throws(MessageError) {
            message = try PredictMessage(.request, decoding: buffer.bytes, in: arena)
        } catch {
            throw Status(error)
        }
        request.model = Name(message.modelName)
        if let deadline { request.deadlineNanos = Int64(clamping: deadline) }
        do throws(ServingError) {
            if message.modelName.isEmpty { throw ServingError(.invalidArgument, "Missing ModelSpec: the request names no model") }
            if !message.signatureName.isEmpty { try TFSignature.check(String(message.signatureName), model: String(message.modelName)) }
            if let label = message.versionLabel {
                request.version = .label(String(label))
            } else if let number = message.modelVersion {
                request.version = try VersionSelector(.number(number))
            }
        } catch {
            throw Status(error)
        }
        for (name, tensor) in message.tensors { request.inputs.append(try input(name, tensor)) }
        for name in message.outputFilter { request.requestedOutputs.append(Name(name)) }
    }

    private func input(_ name: MessageText, _ tensor: TFTensor) throws(Status) -> InputTensor {
        guard let dataType = DataType(tensor.datatype) else {
            throw Status(.invalidArgument, "input '\(name)' has the type \(tensor.datatype), which is not supported")
        }
        var dims = Dims()
        for axis in 0..<tensor.rank { dims.append(Int(tensor.size(axis))) }
        guard !tensor.hasUnknownRank, let count = dims.checkedCount else {
            throw Status(
                .invalidArgument,
                "input '\(name)' has the shape \(tensor.hasUnknownRank ? "of unknown rank" : dims.description), which no tensor can have")
        }
        let bytes: UnsafeRawBufferPointer
        do throws(MessageError) { bytes = try tensor.raw(count: count, in: arena) } catch {
            throw Status(error.code == .tooLarge ? .resourceExhausted : .invalidArgument, "input '\(name)': \(error.message)")
        }
        do throws(ServingError) {
            return try InputTensor(name: Name(name), dataType, dims, raw: bytes)
        } catch {
            throw Status(error)
        }
    }

    func answer() {
        guard let call else { return }
        self.call = nil
        if let error = request.error {
            call.fail(Status(error))
            return
        }
        guard let version = request.servedBy else {
            call.fail(Status(.internal, "the request was answered by nobody"))
            return
        }
        do throws(MessageError) {
            try write(version)
        } catch {
            call.fail(Status(.internal, error.message))
            return
        }
        reply.refill(writer.slices, byteCount: writer.byteCount)
        call.reply(ReplyBody(reply))
    }

    private func write(_ version: ModelVersion) throws(MessageError) {
        writer.begin(model: version.model, version: version.number, signature: TFSignature.standard)
        for output in request.outputs {
            dims.removeAll(keepingCapacity: true)
            for axis in 0..<output.dims.count { dims.append(Int64(output.dims[axis])) }
            var bytes = output.bytes
            if output.dataType == .string {
                // Strings are copied into the message, so that this memory may serve the next one.
                stringBytes.clear()
                stringBytes.append(raw: output.strings)
                bytes = stringBytes.bytes
            }
            let type = TFServing.DataType(output.dataType)
            let shape = dims
            let written = shape.withUnsafeBufferPointer { shape in
                Result { () throws(MessageError) in try writer.tensor(output.name, datatype: type, shape: shape, bytes: bytes) }
            }
            try written.get()
        }
        writer.finish()
    }

    func metadata(_ name: String) -> [String] { metadata.values(name) }

    func reset() {
        ticket.retire()
        request.reset()
        arena.reset()
        call = nil
        if !metadata.isEmpty { metadata = Metadata() }
    }
}
