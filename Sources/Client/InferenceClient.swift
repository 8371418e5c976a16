public import GRPC
public import Messages
internal import NIOCore
internal import NIOPosix
public import Tensors

/// A KServe v2 client: one connection, asynchronous, for tools and tests.
public final class InferenceClient: Sendable {
    /// A named output of an answer.
    public struct Output: Sendable {
        public let name: String
        public let tensor: Tensor
    }

    private static let service = "/inference.GRPCInferenceService"
    private let client: GRPCClient
    private let timeoutNanos: UInt64?

    /// - Parameter target: `HOST:PORT`.
    public init(target: String, timeoutSeconds: Double? = nil) throws(Status) {
        guard let parsed = ClientTarget(target) else {
            throw Status(.invalidArgument, "'\(target)' is not HOST:PORT")
        }
        client = GRPCClient(parsed, on: MultiThreadedEventLoopGroup.singleton.any())
        timeoutNanos = timeoutSeconds.map { UInt64(max(0, $0) * 1e9) }
    }

    /// Calls a method of KServe's service whose messages are small.
    public func call<Request: Message, Response: Message>(_ method: String, _ request: Request, _ type: Response.Type) async throws -> Response {
        try await call(path: "\(Self.service)/\(method)", request, type)
    }

    /// Calls any method whose messages are small.
    public func call<Request: Message, Response: Message>(path: String, _ request: Request, _ type: Response.Type) async throws -> Response {
        let reply = try await client.unary(path, try ReplyBody(request), options)
        return try Response(decoding: reply.bytes)
    }

    /// Asks a model. Tensors are sent raw; an empty version is the server's choice.
    public func infer(model: String, version: String = "", inputs: [(name: String, tensor: Tensor)]) async throws -> [Output] {
        let reply = try await client.unary("\(Self.service)/ModelInfer", try Self.body(model, version, inputs), options)
        return try Self.outputs(of: reply)
    }

    /// Asks a model, and what became of the request's time. The trace is JSON; nil from a server that has none.
    public func inferTraced(
        model: String, version: String = "", inputs: [(name: String, tensor: Tensor)]
    ) async throws -> (outputs: [Output], trace: [UInt8]?) {
        let body = try Self.body(model, version, inputs, parameter: "martlet_trace")
        let options = options
        let reply = await withCheckedContinuation { (continuation: CheckedContinuation<TracedReply, Never>) in
            client.unary("\(Self.service)/ModelInfer", body, options) { reply in continuation.resume(returning: TracedReply(reply)) }
        }
        guard reply.status.isOK, let message = reply.message else { throw reply.status }
        return (try Self.outputs(of: message), reply.trace)
    }

    /// What is taken out of a reply on its event loop; nobody writes to the message any more.
    private struct TracedReply: @unchecked Sendable {
        let status: Status
        let message: MessageBuffer?
        let trace: [UInt8]?

        init(_ reply: ClientReply) {
            status = reply.status
            message = reply.message
            trace = reply.trailingMetadata.binaryValues("martlet-trace-bin").first
        }
    }

    private var options: GRPCClient.Options { GRPCClient.Options(timeout: timeoutNanos) }

    private static func body(
        _ model: String, _ version: String, _ inputs: [(name: String, tensor: Tensor)], parameter: String? = nil
    ) throws(Status) -> ReplyBody {
        try body(model, version, inputs, id: "", outputs: []) { writer in
            if let parameter { writer.parameter(parameter, .bool(true)) }
        }
    }

    /// The message of a question, with whatever parameters `write` adds.
    ///
    /// - Parameter outputs: those asked for; empty for all.
    package static func body(
        _ model: String, _ version: String, _ inputs: [(name: String, tensor: Tensor)], id: String, outputs: [String],
        parameters write: (inout ModelInferWriter) -> Void
    ) throws(Status) -> ReplyBody {
        var writer = ModelInferWriter(.request)
        writer.begin(model: model, version: version, id: id)
        write(&writer)
        for output in outputs { writer.requestedOutput(output) }
        // String tensors have no bytes to point at until they are packed; these live until the slices are copied below.
        let packed = inputs.map { $0.tensor.packedStrings }
        var buffer = ByteBuffer()
        for (name, tensor) in inputs {
            guard let datatype = InferDatatype(tensor.dataType.kserveName) else {
                throw Status(.invalidArgument, "input '\(name)': the protocol has no word for \(tensor.dataType)")
            }
            writer.tensor(name, datatype: datatype.name, shape: tensor.shape.dims.map(Int64.init))
        }
        func pack(_ index: Int) {
            guard index < inputs.count else {
                writer.finish()
                for slice in writer.slices { buffer.writeBytes(slice.bytes) }
                return
            }
            let tensor = inputs[index].tensor
            if tensor.dataType == .string {
                packed[index].withUnsafeBytes { bytes in
                    writer.rawContents(bytes)
                    pack(index + 1)
                }
            } else {
                withExtendedLifetime(tensor) {
                    writer.rawContents(UnsafeRawBufferPointer(start: tensor.bytes, count: tensor.byteCount))
                    pack(index + 1)
                }
            }
        }
        pack(0)
        return ReplyBody(buffer)
    }

    /// Reads an answer.
    package static func outputs(of reply: MessageBuffer) throws -> [Output] {
        let arena = MessageArena()
        let response = try ModelInferResponse(decoding: reply.bytes, in: arena)
        var outputs: [Output] = []
        for (index, output) in response.outputs.enumerated() {
            let name = String(output.name)
            guard let datatype = InferDatatype(output.datatype), let dataType = DataType(kserveName: "\(datatype.name)"),
                let shape = Shape(checking: output.shape.map { Int($0) })
            else { throw Status(.internal, "output '\(name)' has an unknown datatype or an impossible shape") }
            let raw: UnsafeRawBufferPointer
            if index < response.rawContents.count {
                raw = response.rawContents[index]
            } else if let contents = output.contents {
                raw = try contents.raw(as: datatype, in: arena)
            } else {
                throw Status(.internal, "output '\(name)' has no contents")
            }
            outputs.append(Output(name: name, tensor: try tensor(name, dataType, shape, raw)))
        }
        return outputs
    }

    private static func tensor(_ name: String, _ dataType: DataType, _ shape: Shape, _ raw: UnsafeRawBufferPointer) throws(Status) -> Tensor {
        if dataType == .string {
            let strings = RawBytesElements(raw).map { ByteString(bytes: Array($0)) }
            guard strings.count == shape.count else { throw Status(.internal, "output '\(name)' has \(strings.count) elements for \(shape)") }
            return Tensor(strings: strings, shape: shape)
        }
        guard raw.count == shape.count * dataType.byteWidth else {
            throw Status(.internal, "output '\(name)' has \(raw.count) bytes for \(shape) of \(dataType)")
        }
        let tensor = Tensor(dataType: dataType, shape: shape)
        if let base = raw.baseAddress { tensor.mutableBytes.copyMemory(from: base, byteCount: raw.count) }
        return tensor
    }
}
