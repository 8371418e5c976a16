internal import Client
internal import GRPC
internal import Messages
internal import Tensors

/// The inference protocols that requests can be made for.
public enum InferenceProtocol: String, Sendable, CaseIterable {
    case kserve, tfserving, torchserve
    /// KServe v2 on the HTTP port, with tensors in JSON, or as bytes behind it.
    case kserveREST = "kserve-rest"
    case kserveBinary = "kserve-binary"
    /// TensorFlow Serving's REST interface, by columns.
    case tfservingREST = "tfserving-rest"

    /// Their names, for sentences.
    public static let names = allCases.map(\.rawValue).joined(separator: ", ")
}

/// A request for a model, described by what a person would say; `recipe` asks the server for the rest.
public struct ModelRequest: Sendable {
    public var model: String
    public var version = ""
    public var speech = InferenceProtocol.kserve
    public var inputs = RequestInputs()
    /// A file of golden values: its inputs are sent, its outputs expected. For TorchServe: the bytes of the prediction.
    public var goldenPath: String?
    /// Triton's request priority.
    public var priority: UInt64?
    public var weight = 1.0
    public var timeoutNanos: UInt64?

    public init(model: String) { self.model = model }

    /// Makes the request. Throws `LoadError`, also when the server does not know the model.
    func recipe(_ control: ControlClient, _ server: ServerAddress) async throws -> RequestRecipe {
        var recipe =
            switch speech {
            case .kserve: try await kserve(control)
            case .tfserving: try await tfserving(control)
            case .torchserve: try torchserve()
            case .kserveREST: try await kserveREST(RestControl(server: server), isBinary: false)
            case .kserveBinary: try await kserveREST(RestControl(server: server), isBinary: true)
            case .tfservingREST: try await tfservingREST(RestControl(server: server))
            }
        recipe.weight = weight
        recipe.timeoutNanos = timeoutNanos
        return recipe
    }

    func tensors(_ signature: ModelSignature) throws(LoadError) -> (
        inputs: [(name: String, tensor: Tensor)], outputs: [ExpectedTensor]
    ) {
        if let goldenPath {
            let golden = try GoldenAnswer(path: goldenPath)
            return (
                golden.inputs, golden.outputs.compactMap { ExpectedTensor(name: $0.name, golden: $0.tensor, tolerance: golden.tolerance) }
            )
        }
        return (try inputs.tensors(for: signature), signature.outputs.map { ExpectedTensor($0) })
    }

    private func kserve(_ control: ControlClient) async throws -> RequestRecipe {
        let metadata = try await control.call(
            "/inference.GRPCInferenceService/ModelMetadata", ModelMetadataRequest(name: model, version: version), ModelMetadataResponse.self
        )
        let (inputs, outputs) = try tensors(try ModelSignature(metadata))
        var writer = ModelInferWriter(.request)
        writer.begin(model: model, version: version)
        if let priority { writer.parameter("priority", .uint64(priority)) }
        for (name, tensor) in inputs {
            guard let datatype = InferDatatype(tensor.dataType.kserveName) else {
                throw LoadError("input '\(name)': the protocol has no word for \(tensor.dataType)")
            }
            writer.tensor(name, datatype: datatype.name, shape: tensor.shape.dims.map(Int64.init))
        }
        let raw = inputs.map { WireElements.bytes(of: $0.tensor) }
        let message = Self.lend(raw) { pieces in
            for piece in pieces { writer.rawContents(piece) }
            writer.finish()
            return writer.joined()
        }
        return RequestRecipe(
            name: model, path: "/inference.GRPCInferenceService/ModelInfer", message: message, check: KServeReply(outputs: outputs))
    }

    private func tfserving(_ control: ControlClient) async throws -> RequestRecipe {
        var spec = TFServing.ModelSpec(name: model)
        let number = Int64(version)
        if !version.isEmpty {
            guard let number else { throw LoadError("TensorFlow Serving's versions are numbers; '\(version)' is none") }
            spec.version = .number(number)
        }
        let metadata = try await control.call(
            "/tensorflow.serving.PredictionService/GetModelMetadata",
            TFServing.GetModelMetadataRequest(modelSpec: spec, metadataField: ["signature_def"]), TFServing.GetModelMetadataResponse.self)
        guard let packed = metadata.metadata["signature_def"] else { throw LoadError("the server tells no signature of model '\(model)'") }
        let map = try TFServing.SignatureDefMap(decoding: packed.value)
        guard let definition = map.signatureDef["serving_default"] ?? map.signatureDef.first?.value else {
            throw LoadError("model '\(model)' has no signature")
        }
        let (inputs, outputs) = try tensors(try ModelSignature(definition, model: model))
        var writer = PredictWriter(.request)
        writer.begin(model: model, version: number)
        let raw = inputs.map { WireElements.bytes(of: $0.tensor) }
        var failure: (any Error)?
        let message = Self.lend(raw) { pieces in
            do {
                for (index, input) in inputs.enumerated() {
                    guard let datatype = InferDatatype(input.tensor.dataType.kserveName), let type = TensorFlowTypes.type(datatype) else {
                        throw LoadError("input '\(input.name)': the protocol has no word for \(input.tensor.dataType)")
                    }
                    let shape = input.tensor.shape.dims.map(Int64.init)
                    var outcome: Result<Void, MessageError> = .success(())
                    shape.withUnsafeBufferPointer { sizes in
                        outcome = Result { () throws(MessageError) in
                            try writer.tensor(
                                input.name, datatype: type, shape: sizes, bytes: pieces[index],
                                form: datatype == .bytes ? .values : .content)
                        }
                    }
                    try outcome.get()
                }
            } catch {
                failure = error
            }
            writer.finish()
            return writer.joined()
        }
        if let failure { throw failure }
        return RequestRecipe(
            name: model, path: "/tensorflow.serving.PredictionService/Predict", message: message, check: PredictReply(outputs: outputs))
    }

    private func torchserve() throws(LoadError) -> RequestRecipe {
        guard !inputs.given.isEmpty else {
            throw LoadError("TorchServe's models do not say what they take: give --input NAME=@file or NAME=TEXT")
        }
        var names: [String] = []
        var raw: [[UInt8]] = []
        var expected: [UInt8]?
        do {
            for text in inputs.given {
                let (name, source) = try RequestInputs.split(text)
                names.append(name)
                raw.append(source.hasPrefix("@") ? try LocalFile.read(String(source.dropFirst())) : Array(source.utf8))
            }
            expected = try goldenPath.map { try LocalFile.read($0) }
        } catch {
            throw LoadError("\(error)")
        }
        var writer = TorchServeAPI.Writer()
        writer.beginRequest(model: model, version: version)
        let message = Self.lend(raw) { pieces in
            for (name, piece) in zip(names, pieces) { writer.input(name, piece) }
            writer.finish()
            return writer.joined()
        }
        return RequestRecipe(
            name: model, path: "/org.pytorch.serve.grpc.inference.InferenceAPIsService/Predictions", message: message,
            check: PredictionReply(expected: expected))
    }

    /// Calls `body` with the bytes of all `arrays` in place.
    private static func lend<R>(_ arrays: [[UInt8]], _ body: ([UnsafeRawBufferPointer]) -> R) -> R {
        func next(_ index: Int, _ lent: [UnsafeRawBufferPointer]) -> R {
            guard index < arrays.count else { return body(lent) }
            return arrays[index].withUnsafeBytes { next(index + 1, lent + [$0]) }
        }
        return next(0, [])
    }
}
