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
final class PredictCall: @unchecked Sendable {
    let request = InferenceRequest()
    var call: UnaryCall?
    private let ticket = Mutex(0)
    private let arena = MessageArena()
    private var writer = PredictWriter(.response)
    private var reply = ByteBuffer()
    private var dims: [Int64] = []
    private var stringBytes = WireBuffer()

    /// Reads a message into ``request``, whose tensors are views into it.
    func read(_ buffer: MessageBuffer, deadline: UInt64?) throws(Status) {
        request.owner = buffer
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
        guard dataType == .string else { return InputTensor(name: Name(name), dataType: dataType, dims: dims, contents: .bytes(bytes)) }
        do throws(ServingError) {
            return InputTensor(
                name: Name(name), dataType: .string, dims: dims, contents: .tensor(try RawStrings.tensor(bytes, input: name, dims)))
        } catch {
            throw Status(error)
        }
    }

    /// Answers the call with what became of ``request``. Any thread.
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
        reply.clear()
        reply.reserveCapacity(writer.byteCount)
        for slice in writer.slices { reply.writeBytes(slice.bytes) }
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
                RawStrings.append(output.strings, to: &stringBytes)
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

    /// What tells this call from the next one that the same memory serves.
    var currentTicket: Int { ticket.withLock { $0 } }

    /// Nobody waits for the answer of the call that had this ticket. A word that comes too late is ignored.
    func cancel(_ cancelled: Int) {
        ticket.withLock { if $0 == cancelled { request.cancel() } }
    }

    /// Ready for the next call, all memory kept.
    func reset() {
        ticket.withLock { $0 += 1 }
        request.reset()
        arena.reset()
        call = nil
    }
}
