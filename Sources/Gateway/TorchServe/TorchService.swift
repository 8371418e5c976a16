internal import GRPC
internal import JSON
internal import Messages
internal import NIOCore
internal import Serving

/// TorchServe's inference and management services.
final class TorchService: Sendable {
    static let inference = "org.pytorch.serve.grpc.inference.InferenceAPIsService"
    static let management = "org.pytorch.serve.grpc.management.ManagementAPIsService"
    /// KServe's service under the package that TorchServe has it in.
    static let openInference = "org.pytorch.serve.grpc.openinference.GRPCInferenceService"

    let models: TorchModels

    init(core: ServingCore) { models = TorchModels(core: core) }

    func register(on server: GRPCServer) {
        server.register(answering: "/\(Self.inference)/Ping", scope: .none) { [models] (_: EmptyMessage, _) throws(ServingError) in
            TorchServeAPI.TorchServeHealthResponse(health: "{\n  \"status\": \"\(models.core.isReady ? "Healthy" : "Unhealthy")\"\n}\n")
        }
        server.register(unary: "/\(Self.inference)/Predictions") { [self] call in
            let (message, deadline) = (call.message!, call.callDeadline)
            Task {
                do throws(ServingError) { call.reply(try await predict(message, deadline)) } catch { call.fail(Status(error)) }
            }
        }
        server.register(streaming: "/\(Self.inference)/StreamPredictions") { [self] call in
            call.collectOneMessage { message in
                let deadline = call.callDeadline
                Task {
                    do throws(ServingError) {
                        call.send(try await self.predict(message, deadline))
                        call.finish()
                    } catch {
                        call.finish(Status(error))
                    }
                }
            }
        }
        server.register(streaming: "/\(Self.inference)/StreamPredictions2") { [self] call in TorchStream(call, self).begin() }
        registerManagement(on: server)
    }

    private func registerManagement(on server: GRPCServer) {
        let models = models
        server.register(answering: "/\(Self.management)/ListModels") { (request: TorchServeAPI.ListModelsRequest, _) throws(ServingError) in
            .init(msg: models.list(limit: Int(request.limit), from: Int(request.nextPageToken)).text) as TorchServeAPI.ManagementResponse
        }
        server.register(answering: "/\(Self.management)/DescribeModel") {
            (request: TorchServeAPI.DescribeModelRequest, _) throws(ServingError) in
            .init(msg: try models.describe(request.modelName, request.modelVersion).text) as TorchServeAPI.ManagementResponse
        }
        server.register(answering: "/\(Self.management)/RegisterModel", scope: .admin) {
            (request: TorchServeAPI.RegisterModelRequest, _) throws(ServingError) in
            .init(msg: try await models.register(url: request.url, name: request.modelName)) as TorchServeAPI.ManagementResponse
        }
        server.register(answering: "/\(Self.management)/UnregisterModel", scope: .admin) {
            (request: TorchServeAPI.UnregisterModelRequest, _) throws(ServingError) in
            .init(msg: try await models.unregister(request.modelName, request.modelVersion)) as TorchServeAPI.ManagementResponse
        }
        server.register(answering: "/\(Self.management)/ScaleWorker", scope: .admin) {
            (request: TorchServeAPI.ScaleWorkerRequest, _) throws(ServingError) in
            .init(msg: try models.scale(request.modelName, request.modelVersion)) as TorchServeAPI.ManagementResponse
        }
        server.register(answering: "/\(Self.management)/SetDefault", scope: .admin) {
            (request: TorchServeAPI.SetDefaultRequest, _) throws(ServingError) in
            .init(msg: try await models.setDefault(request.modelName, request.modelVersion)) as TorchServeAPI.ManagementResponse
        }
    }

    /// One prediction, from message to message.
    func predict(_ message: MessageBuffer, _ deadline: UInt64?, inStream: Bool = false) async throws(ServingError) -> ReplyBody {
        let question = try TorchQuestion(message)
        var sequence: SequencePosition?
        if let id = question.sequenceId, !id.isEmpty { sequence = SequencePosition(identifier: .text(id)) }
        do throws(ServingError) {
            let json = try await models.predict(
                question.model, question.version, question.inputs, owner: message, deadline: deadline, sequence: sequence)
            return Self.reply(prediction: json.bytes, sequenceId: question.sequenceId)
        } catch {
            guard inStream else { throw error }
            var writer = TorchServeAPI.Writer()
            writer.beginError(code: Int32(StatusCode(error.code).rawValue), message: error.message, sequenceId: nil)
            writer.finish()
            return ReplyBody(ByteBuffer(bytes: writer.joined()))
        }
    }

    private static func reply(prediction: [UInt8], sequenceId: String?) -> ReplyBody {
        prediction.withUnsafeBytes { bytes in
            var writer = TorchServeAPI.Writer()
            var id = sequenceId
            if id != nil {
                id!.withUTF8 { writer.beginResponse(bytes, sequenceId: MessageText(unchecked: UnsafeRawBufferPointer($0))) }
            } else {
                writer.beginResponse(bytes)
            }
            writer.finish()
            return ReplyBody(ByteBuffer(bytes: writer.joined()))
        }
    }
}

/// What a request for a prediction says. Its inputs are views of the message.
struct TorchQuestion: @unchecked Sendable {
    // Sendable because nothing writes to a decoded message.
    let model: String
    let version: String
    let inputs: [(name: String, bytes: UnsafeRawBufferPointer)]
    let sequenceId: String?

    /// Inputs of one request. Beyond: INVALID_ARGUMENT.
    private static let maxInputs = 4096

    init(_ buffer: MessageBuffer) throws(ServingError) {
        let arena = MessageArena()
        do throws(MessageError) {
            let message = try TorchServeAPI.PredictionsRequest(decoding: buffer.bytes, in: arena)
            model = String(message.modelName)
            version = String(message.modelVersion)
            sequenceId = message.sequenceId.map { String($0) }
            guard message.inputs.count <= Self.maxInputs else {
                throw MessageError(.outOfRange, "there are more than \(Self.maxInputs) inputs")
            }
            inputs = message.inputs.map { (String($0.name), $0.bytes) }
        } catch {
            throw ServingError(.invalidArgument, error.message)
        }
    }
}

/// A stream of requests that belong together: each is answered before the next is read, and what is wrong with one is said in its answer.
///
/// All of it happens on the call's event loop, but for the asking: that is what `@unchecked Sendable` rests on.
final class TorchStream: @unchecked Sendable {
    private let call: StreamingCall
    private let service: TorchService
    private var isBusy = false
    private var isHalfClosed = false

    init(_ call: StreamingCall, _ service: TorchService) {
        self.call = call
        self.service = service
    }

    func begin() {
        call.onMessage = { [self] message in
            isBusy = true
            call.pauseReading()
            let deadline = call.callDeadline
            Task {
                let outcome: Result<ReplyBody, ServingError>
                do throws(ServingError) { outcome = .success(try await service.predict(message, deadline, inStream: true)) } catch {
                    outcome = .failure(error)
                }
                answer(outcome)
            }
        }
        call.onHalfClose = { [self] in
            isHalfClosed = true
            if !isBusy { call.finish() }
        }
        call.onWritable = { [self] in if !isBusy { call.resumeReading() } }
    }

    private func answer(_ outcome: Result<ReplyBody, ServingError>) {
        guard let eventLoop = call.eventLoop, !eventLoop.inEventLoop else { return send(outcome) }
        eventLoop.execute { self.send(outcome) }
    }

    private func send(_ outcome: Result<ReplyBody, ServingError>) {
        isBusy = false
        switch outcome {
        case .success(let body):
            let isWritable = call.send(body)
            if isHalfClosed { call.finish() } else if isWritable { call.resumeReading() }
        case .failure(let error): call.finish(Status(error))
        }
    }
}
