internal import GRPC
internal import Messages
internal import NIOCore
internal import Serving
internal import Synchronization
internal import Tensors

/// One ModelInfer call on its way through: the request read from its message, and the reply written from the answer.
///
/// Pooled with all its memory. It belongs to one thread at a time, from the event loop that fills it in to the thread that
/// answers: that hand-over is what `@unchecked Sendable` rests on.
final class InferCall: @unchecked Sendable {
    let request = InferenceRequest()
    var call: UnaryCall?
    private let ticket = Mutex(0)
    private let arena = MessageArena()
    private var writer = ModelInferWriter(.response)
    private var reply = ByteBuffer()
    private var stringBytes = WireBuffer()
    private var dims: [Int64] = []
    private var stringRanges: [Range<Int>] = []

    /// Reads the call's message into ``request``, whose tensors are views into it.
    func read(_ call: UnaryCall) throws(Status) {
        let message: ModelInferRequest
        let contents: UnsafeBufferPointer<InferTensorBytes>
        do throws(MessageError) {
            message = try ModelInferRequest(decoding: call.message.bytes, in: arena)
            contents = try message.inputBytes(in: arena)
        } catch {
            throw Status(error)
        }
        request.owner = call.message
        request.model = Name(message.modelName)
        request.id = Name(message.id)
        do throws(ServingError) {
            if !message.modelVersion.isEmpty { request.version = try VersionSelector(text: String(message.modelVersion)) }
            try readParameters(message.parameters)
        } catch {
            throw Status(error)
        }
        if let deadline = call.callDeadline { request.deadlineNanos = Int64(clamping: deadline) }
        let inputs = message.inputs
        for index in 0..<inputs.count {
            request.inputs.append(try tensor(inputs[index], contents[index]))
        }
        for output in message.outputs {
            guard output.parameters["shared_memory_region"] == nil else {
                throw Status(.unimplemented, "output '\(output.name)': shared memory is not supported")
            }
            request.requestedOutputs.append(Name(output.name))
        }
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
            case let name:
                guard let value = RequestParameter.Value(value) else { continue }
                request.parameters.append(RequestParameter(name: name, value: value))
            }
        }
        request.sequence = try SequencePosition(parameters)
    }

    private func whole(_ name: MessageText, _ value: InferParameter) throws(ServingError) -> Int64 {
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
        case .sharedMemory: throw Status(.unimplemented, "input '\(input.name)': shared memory is not supported")
        case .absent: bytes = UnsafeRawBufferPointer(start: nil, count: 0)
        }
        let name = Name(input.name)
        guard datatype == .bytes else {
            return InputTensor(name: name, dataType: DataType(datatype), dims: dims, contents: .bytes(bytes))
        }
        return InputTensor(name: name, dataType: .string, dims: dims, contents: .tensor(try strings(bytes, of: input, dims)))
    }

    private func strings(_ bytes: UnsafeRawBufferPointer, of input: InferTensor, _ dims: Dims) throws(Status) -> Tensor {
        var elements = RawBytesElements(bytes)
        var strings: [ByteString] = []
        // Never more than the bytes can hold, whatever the shape claims.
        strings.reserveCapacity(min(dims.checkedCount ?? 0, bytes.count / 4))
        while let element = elements.next() { strings.append(ByteString(bytes: Array(element))) }
        guard !elements.isTruncated else {
            throw Status(.invalidArgument, "input '\(input.name)': the bytes end inside element \(strings.count) of its BYTES elements")
        }
        return Tensor(strings: strings, shape: Shape([strings.count]))
    }

    /// Answers the call with what became of ``request``. Any thread.
    func answer() {
        guard let call else { return }
        self.call = nil
        // Only for callers who asked: the rest pays nothing for it.
        let trailing = request.trace.map { RequestTrace(request, $0).metadata } ?? Metadata()
        if let error = request.error {
            call.fail(Status(error), trailing: trailing)
            return
        }
        guard let version = request.servedBy else {
            call.fail(Status(.internal, "the request was answered by nobody"))
            return
        }
        write(version)
        reply.clear()
        reply.reserveCapacity(writer.byteCount)
        for slice in writer.slices { reply.writeBytes(slice.bytes) }
        call.reply(ReplyBody(reply), trailing: trailing)
    }

    private func write(_ version: ModelVersion) {
        writer.begin(model: version.model, version: String(version.number), id: MessageText(request.id))
        packStrings()
        var strings = 0
        for output in request.outputs {
            dims.removeAll(keepingCapacity: true)
            for axis in 0..<output.dims.count { dims.append(Int64(output.dims[axis])) }
            dims.withUnsafeBufferPointer { writer.tensor(output.name, datatype: InferDatatype(output.dataType).name, shape: $0) }
            if output.dataType == .string {
                writer.rawContents(UnsafeRawBufferPointer(rebasing: stringBytes.bytes[stringRanges[strings]]))
                strings += 1
            } else {
                writer.rawContents(output.bytes)
            }
        }
        writer.finish()
    }

    /// All string outputs in wire form, one after the other: their memory must not move once the writer refers to it.
    private func packStrings() {
        stringBytes.clear()
        stringRanges.removeAll(keepingCapacity: true)
        for output in request.outputs where output.dataType == .string {
            let start = stringBytes.count
            for element in output.strings {
                withUnsafeBytes(of: UInt32(element.bytes.count).littleEndian) { stringBytes.append($0) }
                element.bytes.withUnsafeBytes { stringBytes.append($0) }
            }
            stringRanges.append(start..<stringBytes.count)
        }
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
