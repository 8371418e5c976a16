internal import GRPC
internal import Messages
internal import Serving
internal import Synchronization
internal import Tensors

/// A model behind another server.
final class RemoteModel: OutsideModel {
    static let service = "/inference.GRPCInferenceService"
    /// Calls under way at once where the configuration says nothing.
    private static let defaultLanes = 16

    let signature: ModelSignature
    /// The other server joins rows as it sees fit: whether rows of a batch that failed may be sent again is not known here.
    let batchability = Batchability.single(reason: "the server that answers does so itself")
    let memoryBytes = 0
    let lanes: Int
    let spec: RemoteSpec
    let name: String
    let modelThere: String
    let pool: ConnectionPool
    private let isClosed = Atomic<Bool>(false)

    var unavailability: String? { nil }

    init(_ remote: RemoteSpec, _ target: ClientTarget, spec: ModelSpec) throws(ServingError) {
        self.spec = remote
        name = spec.name
        modelThere = remote.model ?? spec.name
        lanes = max(1, min(spec.instances.count ?? Self.defaultLanes, 256))
        pool = ConnectionPool(target, remote)
        do throws(ServingError) {
            signature = try Self.ask(remote, modelThere, pool)
        } catch {
            // A server that is down now may be up when it is needed, if its tensors are known.
            guard error.code == .unavailable, let declared = Self.declared(spec) else {
                pool.close()
                throw ServingError(
                    error.code, "model '\(spec.name)': \(remote.target) does not say what '\(modelThere)' takes and gives: \(error.message)")
            }
            signature = declared
        }
    }

    private static func ask(_ remote: RemoteSpec, _ model: String, _ pool: ConnectionPool) throws(ServingError) -> ModelSignature {
        do throws(Status) {
            let body = try ReplyBody(encoding: ModelMetadataRequest(name: model, version: remote.version))
            let outcome = BlockingCall.run(
                pool.next, "\(service)/ModelMetadata", body, metadata: Metadata(), timeoutNanos: min(remote.timeoutNanos, 5_000_000_000),
                isAbandoned: { false })
            guard outcome.status.isOK, let message = outcome.message else { throw outcome.status }
            let response: ModelMetadataResponse
            do throws(MessageError) {
                response = try ModelMetadataResponse(decoding: message.bytes)
            } catch {
                throw Status(error)
            }
            return ModelSignature(inputs: try tensors(response.inputs), outputs: try tensors(response.outputs))
        } catch {
            throw ServingError(remote: error)
        }
    }

    private static func tensors(_ tensors: [ModelMetadataResponse.TensorMetadata]) throws(Status) -> [TensorSignature] {
        var signatures: [TensorSignature] = []
        for tensor in tensors {
            guard let dataType = DataType(kserveName: tensor.datatype), tensor.shape.allSatisfy({ $0 >= -1 }) else {
                throw Status(.internal, "tensor '\(tensor.name)' has the datatype '\(tensor.datatype)' and the shape \(tensor.shape)")
            }
            signatures.append(TensorSignature(name: tensor.name, dataType: dataType, dims: tensor.shape.map { Int($0) }))
        }
        return signatures
    }

    /// The tensors as the configuration has them; nil when it leaves something open.
    private static func declared(_ spec: ModelSpec) -> ModelSignature? {
        func signatures(_ tensors: [TensorSpec]) -> [TensorSignature]? {
            var signatures: [TensorSignature] = []
            for tensor in tensors {
                guard let dataType = tensor.dataType, let dims = tensor.dims else { return nil }
                let whole = (spec.maxBatchRows ?? 0) > 0 ? [-1] + dims : dims
                signatures.append(TensorSignature(name: tensor.name, dataType: dataType, dims: whole, isOptional: tensor.isOptional))
            }
            return signatures.isEmpty ? nil : signatures
        }
        guard let inputs = signatures(spec.inputs), let outputs = signatures(spec.outputs) else { return nil }
        return ModelSignature(inputs: inputs, outputs: outputs)
    }

    func makeRunner() -> any ModelRunner { RemoteRunner(self) }

    var isOver: Bool { isClosed.load(ordering: .acquiring) }

    func close() {
        isClosed.store(true, ordering: .releasing)
        pool.close()
    }
}

extension ServingError {
    /// What another server's status means to our callers: whatever they cannot help is not theirs.
    init(remote status: Status) {
        let code: Code =
            switch status.code {
            case .cancelled: .cancelled
            case .invalidArgument, .outOfRange: .invalidArgument
            case .deadlineExceeded: .deadlineExceeded
            case .notFound: .notFound
            case .alreadyExists: .alreadyExists
            case .resourceExhausted: .resourceExhausted
            case .failedPrecondition, .aborted: .failedPrecondition
            case .unimplemented: .unimplemented
            case .unavailable: .unavailable
            default: .internal
            }
        self.init(code, status.message)
    }
}
