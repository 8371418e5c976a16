internal import GRPC
internal import Messages
internal import Serving

/// `tensorflow.serving.PredictionService` and `tensorflow.serving.ModelService`.
final class TFService: Sendable {
    static let prediction = "tensorflow.serving.PredictionService"
    static let model = "tensorflow.serving.ModelService"
    static let session = "tensorflow.serving.SessionService"

    let core: ServingCore
    let answers: ExampleAnswers
    let reload: TFReload
    private let predict: CallHandler<PredictCall>

    init(core: ServingCore, labels: ClassLabels, repositories: [String], folders: [String: String]) {
        self.core = core
        answers = ExampleAnswers(core: core, labels: labels)
        reload = TFReload(core: core, repositories: repositories, folders: folders)
        predict = CallHandler(core: core) { PredictCall() }
    }

    func register(on server: GRPCServer) {
        server.register(unary: "/\(Self.prediction)/Predict", handler: predict.handle)
        server.register(answering: "/\(Self.prediction)/Classify") {
            [self] (request: TFServing.ClassificationRequest, deadline) throws(ServingError) in
            let answer = try await answers.ask(request.modelSpec, request.input, deadline: deadline) { version throws(ServingError) in
                [try TFSignature.scores(of: version)]
            }
            return TFServing.ClassificationResponse(result: try answers.classes(answer), modelSpec: answer.spec)
        }
        server.register(answering: "/\(Self.prediction)/Regress") {
            [self] (request: TFServing.RegressionRequest, deadline) throws(ServingError) in
            let answer = try await answers.ask(request.modelSpec, request.input, deadline: deadline) { version throws(ServingError) in
                [try TFSignature.values(of: version)]
            }
            return TFServing.RegressionResponse(result: try answers.values(answer), modelSpec: answer.spec)
        }
        server.register(answering: "/\(Self.prediction)/MultiInference") {
            [self] (request: TFServing.MultiInferenceRequest, deadline) throws(ServingError) in
            try await multi(request, deadline)
        }
        server.register(answering: "/\(Self.prediction)/GetModelMetadata") {
            [self] (request: TFServing.GetModelMetadataRequest, _) throws(ServingError) in
            try metadata(request)
        }
        // Known methods that make no sense here, answered as what they are.
        server.register(unary: "/\(Self.session)/SessionRun") { call in
            call.fail(Status(.unimplemented, "SessionRun needs a TensorFlow session, which no model here has; Predict takes the same tensors"))
        }
        server.register(answering: "/\(Self.model)/GetModelStatus") {
            [core] (request: TFServing.GetModelStatusRequest, _) throws(ServingError) in
            try TFModelStatus.status(request.modelSpec, core)
        }
        server.register(answering: "/\(Self.model)/HandleReloadConfigRequest", scope: .admin) {
            [reload] (request: TFServing.ReloadConfigRequest, _) throws(ServingError) in
            try await reload.apply(request.config)
            return TFServing.ReloadConfigResponse(status: TFServing.StatusProto(errorCode: .ok))
        }
    }

    /// Several questions to one model, which is run once.
    private func multi(_ request: TFServing.MultiInferenceRequest, _ deadline: UInt64?) async throws(ServingError)
        -> TFServing.MultiInferenceResponse
    {
        guard let first = request.tasks.first?.modelSpec else {
            throw ServingError(.invalidArgument, "Inference request must have at least one task with a ModelSpec")
        }
        var methods: Set<String> = []
        for task in request.tasks {
            guard task.modelSpec?.name == first.name, task.modelSpec?.version == first.version else {
                throw ServingError(.invalidArgument, "all ModelSpecs in a MultiInferenceRequest must name the same model and version")
            }
            guard methods.insert(task.methodName).inserted else {
                throw ServingError(.invalidArgument, "the method '\(task.methodName)' is asked for more than once")
            }
        }
        let tasks = request.tasks
        let answer = try await answers.ask(first, request.input, deadline: deadline) { version throws(ServingError) in
            var ports: [TensorSignature] = []
            for task in tasks { ports.append(try Self.port(task.methodName, version)) }
            return ports
        }
        var results: [TFServing.InferenceResult] = []
        for task in tasks {
            let isClassification = task.methodName == TFSignature.classify
            results.append(
                TFServing.InferenceResult(
                    modelSpec: answer.spec,
                    result: isClassification
                        ? .classificationResult(try answers.classes(answer)) : .regressionResult(try answers.values(answer))))
        }
        return TFServing.MultiInferenceResponse(results: results)
    }

    private static func port(_ method: String, _ version: ModelVersion) throws(ServingError) -> TensorSignature {
        switch method {
        case TFSignature.classify: return try TFSignature.scores(of: version)
        case TFSignature.regress: return try TFSignature.values(of: version)
        default:
            throw ServingError(
                .unimplemented,
                "Unsupported signature method_name: '\(method)'; known are \(TFSignature.classify) and \(TFSignature.regress)")
        }
    }

    private func metadata(_ request: TFServing.GetModelMetadataRequest) throws(ServingError) -> TFServing.GetModelMetadataResponse {
        guard let spec = request.modelSpec, !spec.name.isEmpty else {
            throw ServingError(.invalidArgument, "Missing ModelSpec: the request names no model")
        }
        guard !request.metadataField.isEmpty else {
            throw ServingError(.invalidArgument, "GetModelMetadataRequest must specify at least one metadata_field")
        }
        for field in request.metadataField where field != "signature_def" {
            throw ServingError(.invalidArgument, "Metadata field \(field) is not supported; signature_def is")
        }
        let version = try core.version(of: spec.name, VersionSelector(spec.version))
        let map = TFServing.SignatureDefMap(signatureDef: [TFSignature.standard: TFSignature.definition(of: version)])
        let bytes: [UInt8]
        do throws(MessageError) { bytes = try map.encoded() } catch { throw ServingError(.internal, error.message) }
        return TFServing.GetModelMetadataResponse(
            modelSpec: TFServing.ModelSpec(name: version.model, version: .number(version.number)),
            metadata: ["signature_def": AnyMessage(typeUrl: "type.googleapis.com/tensorflow.serving.SignatureDefMap", value: bytes)])
    }
}
