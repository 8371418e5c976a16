internal import Glibc
internal import Synchronization
internal import Tensors

/// A model that worker processes run: one process for each run that may be under way.
final class ProcessModel: OutsideModel {
    let signature: ModelSignature
    let batchability: Batchability
    let memoryBytes = 0
    let lanes: Int
    private let name: String
    private let setup: ProcessSetup
    private let hello: WorkerHello
    private let events: ProcessBackend.Events
    private let workers: Mutex<[ProcessWorker]>
    /// Workers that have no runner yet.
    private let spare: Mutex<[ProcessWorker]>
    private let isClosing = Atomic<Bool>(false)
    private let keeper = Mutex<pthread_t?>(nil)

    init(_ setup: ProcessSetup, spec: ModelSpec, events: ProcessBackend.Events) throws(ServingError) {
        self.setup = setup
        self.events = events
        name = spec.name
        lanes = max(1, min(spec.instances.count ?? 1, 1024))
        let first = Self.worker(setup, name, events)
        try first.start()
        guard let hello = first.greeting else { throw ServingError(.internal, "a worker that did not say hello") }
        self.hello = hello
        workers = Mutex([first])
        spare = Mutex([first])
        do throws(ServingError) {
            (signature, batchability) = try Self.shape(hello, spec)
        } catch {
            first.close()
            throw error
        }
        let thread = Thread.start(name: "keeper", niceness: 5) { [self] in keep() }
        keeper.withLock { $0 = thread }
    }

    private static func worker(_ setup: ProcessSetup, _ name: String, _ events: ProcessBackend.Events) -> ProcessWorker {
        ProcessWorker(setup, model: name, onLine: { events.wrote(name, $0) }, onEnd: { events.ended(name, $0) })
    }

    /// What the worker says of itself, or else what the configuration says of it.
    private static func shape(_ hello: WorkerHello, _ spec: ModelSpec) throws(ServingError) -> (ModelSignature, Batchability) {
        func declared(_ tensors: [TensorSpec], _ kind: String) throws(ServingError) -> [TensorSignature] {
            var signatures: [TensorSignature] = []
            for tensor in tensors {
                guard let dataType = tensor.dataType, let dims = tensor.reshape ?? tensor.dims else {
                    throw ServingError(
                        .invalidArgument,
                        "neither the worker of model '\(spec.name)' nor its configuration says the datatype and shape of \(kind) '\(tensor.name)'")
                }
                let whole = (spec.maxBatchRows ?? 0) > 0 ? [-1] + dims : dims
                signatures.append(TensorSignature(name: tensor.name, dataType: dataType, dims: whole, isOptional: tensor.isOptional))
            }
            return signatures
        }
        let inputs = hello.inputs.isEmpty ? try declared(spec.inputs, "input") : hello.inputs
        let outputs = hello.outputs.isEmpty ? try declared(spec.outputs, "output") : hello.outputs
        guard !inputs.isEmpty, !outputs.isEmpty else {
            throw ServingError(.invalidArgument, "neither the worker of model '\(spec.name)' nor its configuration says what it takes and gives")
        }
        let hasRows = hello.takesRows && (inputs + outputs).allSatisfy { $0.dims?.first == -1 }
        return (
            ModelSignature(inputs: inputs, outputs: outputs),
            hasRows ? .rows(sharedOutputs: []) : .single(reason: "its worker takes each request by itself")
        )
    }

    var unavailability: String? {
        let workers = workers.withLock { $0 }
        var reason: String?
        for worker in workers {
            guard let trouble = worker.unavailability else { return nil }
            reason = reason ?? trouble
        }
        return reason
    }

    func makeRunner() throws(ServingError) -> any ModelRunner {
        if let worker = spare.withLock({ $0.popLast() }) { return ProcessRunner(worker, signature) }
        guard !isClosing.load(ordering: .acquiring) else { throw ServingError(.unavailable, "model '\(name)' is being unloaded") }
        let worker = Self.worker(setup, name, events)
        worker.expect(hello)
        workers.withLock { $0.append(worker) }
        return ProcessRunner(worker, signature)
    }

    func close() {
        isClosing.store(true, ordering: .releasing)
        for worker in workers.withLock({ $0 }) { worker.close() }
        if let thread = keeper.withLock({ $0.take() }) { pthread_join(thread, nil) }
    }

    /// Between two looks at the workers; what they print is read as it comes.
    private static let lookMillis: Int32 = 50

    private func keep() {
        while !isClosing.load(ordering: .acquiring) {
            let workers = workers.withLock { $0 }
            var wishes: [pollfd] = []
            for worker in workers {
                let descriptor = worker.output.descriptor
                if descriptor >= 0 { wishes.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)) }
            }
            let ready = poll(&wishes, nfds_t(wishes.count), Self.lookMillis)
            for worker in workers {
                worker.output.drain()
                worker.look()
            }
            // A pipe whose other end is closed is ready all the time, and has nothing.
            if ready > 0, wishes.contains(where: { $0.revents & Int16(POLLHUP) != 0 }) { usleep(UInt32(Self.lookMillis) * 1000) }
        }
    }
}

/// One worker as the lanes see it.
final class ProcessRunner: OutsideRunner {
    private let worker: ProcessWorker
    private let signature: ModelSignature

    init(_ worker: ProcessWorker, _ signature: ModelSignature) {
        self.worker = worker
        self.signature = signature
    }

    func run(inputs: [Tensor?], wanted: [Bool], outputs: inout [Tensor?], for callers: Callers) throws(ServingError) {
        try worker.run(signature, inputs: inputs, wanted: wanted, outputs: &outputs, for: callers)
    }
}
