internal import Client
internal import GRPC
internal import Messages
internal import Serving
internal import Tensors

/// Asks another server, and waits for its answer.
final class RemoteRunner: OutsideRunner {
    private let model: RemoteModel

    init(_ model: RemoteModel) { self.model = model }

    func run(inputs: [Tensor?], wanted: [Bool], outputs: inout [Tensor?], for callers: Callers) throws(ServingError) {
        do throws(Status) {
            let (body, metadata) = (try body(inputs, wanted, callers), metadata(callers))
            let reply = try ask(body, metadata, callers)
            try read(reply, wanted, &outputs)
        } catch {
            let inner = ServingError(remote: error)
            throw ServingError(inner.code, "model '\(model.name)' at \(model.spec.target): \(inner.message)")
        }
    }

    private func ask(_ body: ReplyBody, _ metadata: Metadata, _ callers: Callers) throws(Status) -> MessageBuffer {
        let clock = MonotonicClock.system
        let (end, overflow) = clock.nowNanos.addingReportingOverflow(model.spec.timeoutNanos)
        let limit = min(callers.deadlineNanos, overflow ? .max : end)
        var attempt = 1
        while true {
            let left = limit - clock.nowNanos
            guard left > 0 else { throw Status(.deadlineExceeded, "there was no answer in time") }
            let outcome = BlockingCall.run(
                model.pool.next, "\(RemoteModel.service)/ModelInfer", body, metadata: metadata, timeoutNanos: left,
                isAbandoned: { [model] in callers.areGone || model.isOver })
            if outcome.status.isOK, let message = outcome.message { return message }
            if callers.areGone { throw Status(.cancelled, "the request was cancelled") }
            guard outcome.mayRetry, attempt < model.spec.attempts, !model.isOver else { throw outcome.status }
            wait(Self.pauseNanos << Int64(attempt - 1), until: limit, callers)
            attempt += 1
        }
    }

    /// Before the second attempt; doubled for each one after.
    private static let pauseNanos: Int64 = 20_000_000

    private func wait(_ nanos: Int64, until limit: Int64, _ callers: Callers) {
        let spot = ParkingSpot()
        let clock = MonotonicClock.system
        let end = min(clock.nowNanos &+ nanos, limit)
        while clock.nowNanos < end, !callers.areGone, !model.isOver { spot.park(untilNanos: min(end, clock.nowNanos &+ Self.pauseNanos)) }
    }

    /// The metadata of the caller's call that is passed on. An ensemble's steps ask for the ensemble's caller.
    private func metadata(_ callers: Callers) -> Metadata {
        var metadata = Metadata()
        for name in model.spec.forwardedMetadata {
            for value in callers.metadata(name) { metadata.append(name, value) }
        }
        return metadata
    }

    private func body(_ inputs: [Tensor?], _ wanted: [Bool], _ callers: Callers) throws(Status) -> ReplyBody {
        let signature = model.signature
        var named: [(name: String, tensor: Tensor)] = []
        for (index, tensor) in inputs.enumerated() {
            if let tensor { named.append((signature.inputs[index].name, tensor)) }
        }
        var parameters: [(name: String, value: RequestParameter.Value)] = callers.parameters.map { ($0.name, $0.value) }
        if callers.priority > 0 { parameters.append(("priority", .uint(UInt64(callers.priority)))) }
        let names = wanted.allSatisfy { $0 } ? [] : signature.outputs.indices.filter { wanted[$0] }.map { signature.outputs[$0].name }
        return try InferenceClient.body(model.modelThere, model.spec.version, named, id: callers.id, outputs: names) { writer in
            for (name, value) in parameters {
                switch value {
                case .bool(let value): writer.parameter(name, .bool(value))
                case .int(let value): writer.parameter(name, .int64(value))
                case .uint(let value): writer.parameter(name, .uint64(value))
                case .double(let value): writer.parameter(name, .double(value))
                case .string(let value): writer.parameter(name, text: value)
                }
            }
        }
    }

    private func read(_ reply: MessageBuffer, _ wanted: [Bool], _ outputs: inout [Tensor?]) throws(Status) {
        let answers: [InferenceClient.Output]
        do {
            answers = try InferenceClient.outputs(of: reply)
        } catch let status as Status {
            throw status
        } catch {
            throw Status(.internal, "the answer cannot be read: \(error)")
        }
        for (index, expected) in model.signature.outputs.enumerated() where wanted[index] {
            guard let answer = answers.first(where: { $0.name == expected.name }) else {
                throw Status(.internal, "the answer has no output '\(expected.name)'")
            }
            guard answer.tensor.dataType == expected.dataType else {
                throw Status(
                    .internal,
                    "output '\(expected.name)' came as \(answer.tensor.dataType.kserveName), but the server said \(expected.dataType.kserveName)")
            }
            outputs[index] = answer.tensor
        }
    }
}
