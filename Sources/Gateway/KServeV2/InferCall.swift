internal import GRPC
internal import Messages
internal import NIOCore
internal import Serving
internal import Synchronization
internal import Tensors

/// One inference on its way through, alone or in a stream: the request read from its message, and the reply written from the answer.
///
/// Pooled with all its memory. It belongs to one thread at a time, from the event loop that fills it in to the thread that
/// answers: that hand-over is what `@unchecked Sendable` rests on.
final class InferCall: PooledCall, MetadataSource, @unchecked Sendable {
    let request = InferenceRequest()
    var call: UnaryCall?
    /// The stream that it belongs to, in place of a call of its own.
    var stream: InferStream?
    /// Some of the answer went before the rest.
    private(set) var hasParts = false
    /// How the outputs are wanted, parallel to the request's list of them; empty when nothing is said beyond their names.
    private var wishes: [OutputWish] = []
    /// Of the call, while some model passes such on.
    private var metadata = Metadata()
    private let extensions: KServeExtensions
    let ticket = CallTicket()
    private let arena = MessageArena()
    private var writer = ModelInferWriter(.response)
    private var reply = ByteBuffer()
    private var stringBytes = WireBuffer()
    private var dims: [Int64] = []
    private var stringRanges: [Range<Int>] = []

    init(_ extensions: KServeExtensions) { self.extensions = extensions }

    func read(_ buffer: MessageBuffer, deadline: UInt64?, metadata: Metadata) throws(Status) {
        if !metadata.isEmpty, MetadataInterest.isOn.load(ordering: .relaxed) { self.metadata = metadata }
        let message: ModelInferRequest
        let contents: UnsafeBufferPointer<InferTensorBytes>
        request.owner = buffer
        request.origin = .kserve
        request.parts = .refused("ModelInfer RPC doesn't support models with decoupled transaction policy")
        do throws(MessageError) {
            message = try ModelInferRequest(decoding: buffer.bytes, in: arena)
            request.model = Name(message.modelName)
            request.id = Name(message.id)
            contents = try message.inputBytes(in: arena)
        } catch {
            throw Status(error)
        }
        do throws(ServingError) {
            if !message.modelVersion.isEmpty { request.version = try VersionSelector(text: String(message.modelVersion)) }
            try readParameters(message.parameters)
        } catch {
            throw Status(error)
        }
        if let deadline { request.deadlineNanos = Int64(clamping: deadline) }
        let inputs = message.inputs
        for index in 0..<inputs.count {
            request.inputs.append(try tensor(inputs[index], contents[index]))
        }
        for output in message.outputs {
            if !output.parameters.isEmpty || !wishes.isEmpty { try readWish(output) }
            request.requestedOutputs.append(Name(output.name))
        }
    }

    private func readWish(_ output: InferRequestedOutput) throws(Status) {
        // Those before it said nothing.
        while wishes.count < request.requestedOutputs.count { wishes.append(OutputWish()) }
        var wish = OutputWish()
        do throws(ServingError) {
            if let count = output.parameters["classification"] { wish.classCount = Int(clamping: try whole("classification", count)) }
            wish.memory = try place(output.parameters, tensor: output.name)
        } catch {
            throw Status(error)
        }
        wishes.append(wish)
    }

    /// Where in shared memory a tensor's parameters say that it is.
    private func place(_ parameters: InferParameters, tensor: MessageText) throws(ServingError) -> SharedMemoryPlace? {
        guard let region = parameters["shared_memory_region"] else { return nil }
        guard case .text(let region) = region else {
            throw ServingError(.invalidArgument, "'\(tensor)': the parameter 'shared_memory_region' must be a string")
        }
        let offset = try parameters["shared_memory_offset"].map { value throws(ServingError) in try whole("shared_memory_offset", value) }
        let size = try parameters["shared_memory_byte_size"].map { value throws(ServingError) in try whole("shared_memory_byte_size", value)
        }
        return try SharedMemoryPlace(region: String(region), offset: offset, byteCount: size, tensor: String(tensor))
    }

    private func readParameters(_ parameters: InferParameters) throws(ServingError) {
        for (name, value) in parameters {
            switch String(name) {
            case RequestTrace.parameter:
                if case .bool(true) = value { request.trace = EnsembleTrace() }
            case "priority": request.priority = Int(clamping: try whole(name, value))
            case "timeout":
                let (nanos, overflow) = try whole(name, value).multipliedReportingOverflow(by: 1000)
                request.queueTimeoutNanos = overflow ? .max : nanos
            case ReservedParameters.emptyFinalResponse:
                guard case .bool = value else { throw ReservedParameters.notBool }
            case let name:
                try ReservedParameters.check(name)
                guard let value = RequestParameter.Value(value) else { continue }
                request.parameters.append(RequestParameter(name: name, value: value))
            }
        }
        request.sequence = try SequencePosition(parameters)
    }

    private func whole(_ name: some CustomStringConvertible, _ value: InferParameter) throws(ServingError) -> Int64 {
        switch value {
        case .int64(let number) where number >= 0: return number
        case .uint64(let number): return Int64(clamping: number)
        default: throw ServingError(.invalidArgument, "parameter '\(name)' must be a whole number that is not negative")
        }
    }

    private func tensor(_ input: InferTensor, _ place: InferTensorBytes) throws(Status) -> InputTensor {
        guard let datatype = InferDatatype(input.datatype) else {
            throw Status(.invalidArgument, "input '\(input.name)' has the unknown datatype '\(input.datatype)'")
        }
        var dims = Dims()
        for extent in input.shape { dims.append(Int(extent)) }
        let bytes: UnsafeRawBufferPointer
        switch place {
        case .raw(let raw): bytes = raw
        case .typed(let typed):
            if let expected = dims.checkedCount, typed.totalCount != expected {
                throw Status(
                    .invalidArgument, "input '\(input.name)' got \(typed.totalCount) elements, but its shape \(dims) takes \(expected)")
            }
            do throws(MessageError) { bytes = try typed.raw(as: datatype, in: arena) } catch {
                throw Status(.invalidArgument, "input '\(input.name)': \(error.message)")
            }
        case .sharedMemory:
            do throws(ServingError) {
                guard let place = try self.place(input.parameters, tensor: input.name) else {
                    throw ServingError(.internal, "no place is given")
                }
                return try extensions.input(Name(input.name), DataType(datatype), dims, at: place)
            } catch {
                throw Status(error)
            }
        case .absent: bytes = UnsafeRawBufferPointer(start: nil, count: 0)
        }
        do throws(ServingError) {
            return try InputTensor(name: Name(input.name), DataType(datatype), dims, raw: bytes)
        } catch {
            throw Status(error)
        }
    }

    func handOver() -> Bool {
        guard let stream else { return false }
        stream.finished(self)
        return true
    }

    func answer() {
        guard let call else { return }
        self.call = nil
        // Only for callers who asked: the rest pays nothing for it.
        var trailing = extensions.load?.trailing ?? Metadata()
        if let trace = request.trace { trailing.append(RequestTrace(request, trace).metadata) }
        if let error = request.error {
            call.fail(Status(error), trailing: trailing)
            return
        }
        do throws(ServingError) {
            try write(request.outputs)
        } catch {
            call.fail(Status(error), trailing: trailing)
            return
        }
        call.reply(makeReply(), trailing: trailing)
    }

    /// The message for a stream, with the answer or with why there is none.
    func streamReply() -> ReplyBody {
        if let error = request.error { return streamError(error.message) }
        return streamReply(request.outputs, isFinal: true)
    }

    private func streamReply(_ outputs: [OutputTensor], isFinal: Bool) -> ReplyBody {
        do throws(ServingError) {
            try write(outputs, inStream: true, isFinal: isFinal)
        } catch {
            return streamError(error.message)
        }
        return makeReply()
    }

    /// The message for a stream that says what is wrong with a request.
    func streamError(_ message: String) -> ReplyBody {
        writer.begin(model: MessageText(request.model), id: MessageText(request.id))
        writer.finish(inStream: true, error: message)
        return makeReply()
    }

    private func makeReply() -> ReplyBody {
        reply.refill(writer.slices, byteCount: writer.byteCount)
        return ReplyBody(reply)
    }

    private func write(_ answered: [OutputTensor], inStream: Bool = false, isFinal: Bool = true) throws(ServingError) {
        guard let version = request.servedBy else { throw ServingError(.internal, "the request was answered by nobody") }
        let outputs = wishes.isEmpty ? answered : try extensions.wished(answered, wishes, version)
        writer.begin(model: version.model, version: String(version.number), id: MessageText(request.id))
        if inStream { writer.parameter(StaticString("triton_final_response"), .bool(isFinal)) }
        packStrings(outputs)
        var strings = 0
        for (index, output) in outputs.enumerated() {
            dims.removeAll(keepingCapacity: true)
            for axis in 0..<output.dims.count { dims.append(Int64(output.dims[axis])) }
            var raw = output.bytes
            if output.dataType == .string {
                raw = UnsafeRawBufferPointer(rebasing: stringBytes.bytes[stringRanges[strings]])
                strings += 1
            }
            let datatype = InferDatatype(output.dataType).name
            if index < wishes.count, let place = wishes[index].memory {
                try extensions.place(output, at: place, raw: raw)
                writer.tensor(
                    output.name, datatype: datatype, shape: dims,
                    parameters: [("shared_memory_byte_size", .int64(Int64(raw.count)))])
            } else {
                dims.withUnsafeBufferPointer { writer.tensor(output.name, datatype: datatype, shape: $0) }
                writer.rawContents(raw)
            }
        }
        writer.finish(inStream: inStream)
    }

    /// All string outputs in wire form, one after the other: their memory must not move once the writer refers to it.
    private func packStrings(_ outputs: [OutputTensor]) {
        stringBytes.clear()
        stringRanges.removeAll(keepingCapacity: true)
        for output in outputs where output.dataType == .string {
            let start = stringBytes.count
            stringBytes.append(raw: output.strings)
            stringRanges.append(start..<stringBytes.count)
        }
    }

    func metadata(_ name: String) -> [String] { metadata.values(name) }

    func reset() {
        ticket.retire()
        request.reset()
        arena.reset()
        call = nil
        stream = nil
        hasParts = false
        wishes.removeAll(keepingCapacity: true)
        if !metadata.isEmpty { metadata = Metadata() }
    }
}

extension InferCall: PartSink {
    func part(of request: InferenceRequest, outputs: [OutputTensor]) {
        hasParts = true
        stream?.send(part: streamReply(outputs, isFinal: false))
    }
}
