import Batching
import Serving
import Synchronization
import Tensors

/// A serving core over a folder of test models.
final class Harness {
    let folder = TemporaryFolder()
    let backend = TestBackend()
    let core: ServingCore
    let events = EventLog()

    init(
        _ models: [String: String] = [:], lanes: Int = 2, inline: Bool = false, mode: ControlMode = .none, startup: [String] = [],
        readers: [any SpecReader] = [], configure: (inout ServingCore.Configuration) -> Void = { _ in }
    ) {
        for (file, text) in models { folder.write(text, to: file) }
        var configuration = ServingCore.Configuration(sources: [FolderSource(path: folder.path, configurationNames: ["spec.test", "model.yaml"])])
        configuration.lanes = lanes
        configuration.inlineNanos = inline ? 1_000_000_000 : 0
        configuration.controlMode = mode
        configuration.startupModels = startup
        configuration.limits.warmupNanos = 1_000_000
        let events = self.events
        configuration.onEvent = { events.append($0) }
        configure(&configuration)
        core = ServingCore(configuration, backends: BackendRegistry([backend]), readers: readers)
        core.start()
        core.waitForStartup()
    }

    deinit { core.stop() }

    /// Asks and waits for the answer.
    func ask(
        _ model: String, rows: [[Float]], version: VersionSelector = .any, configure: (InferenceRequest) -> Void = { _ in }
    ) -> InferenceRequest {
        let collector = Collector()
        let request = InferenceRequest(model: model, version: version, inputs: [("x", tensor(rows))], sink: collector)
        configure(request)
        core.submit(request)
        precondition(collector.wait(for: 1), "no answer")
        return request
    }

    func load(_ model: String, files: [Int64: [String: [UInt8]]] = [:], override: ModelSpec? = nil) -> ServingError? {
        wait { core.load(model, override: override, files: files, completion: $0) }
    }

    func unload(_ model: String) -> ServingError? {
        wait { core.unload(model, completion: $0) }
    }

    private func wait(_ start: (@escaping @Sendable (ServingError?) -> Void) -> Void) -> ServingError? {
        let box = Box()
        start { error in box.set(error) }
        precondition(eventually { box.isSet }, "no completion")
        return box.error
    }

    private final class Box: Sendable {
        private let state = Mutex<(isSet: Bool, error: ServingError?)>((false, nil))
        func set(_ error: ServingError?) { state.withLock { $0 = (true, error) } }
        var isSet: Bool { state.withLock { $0.isSet } }
        var error: ServingError? { state.withLock { $0.error } }
    }
}

final class EventLog: Sendable {
    private let events = Mutex<[ServingEvent]>([])
    func append(_ event: ServingEvent) { events.withLock { $0.append(event) } }
    var all: [ServingEvent] { events.withLock { $0 } }
}

func tensor(_ rows: [[Float]]) -> Tensor {
    Tensor(rows.flatMap { $0 }, dataType: .float32, shape: Shape([rows.count, rows.first?.count ?? 0]))
}

extension InferenceRequest {
    /// The elements of an output of floats.
    func floats(_ name: String = "y") -> [Float]? {
        outputs.first { $0.name == name }?.tensor.elements(as: Float.self)
    }
}

/// A reader for tests: lines such as `policy all`, `maxbatch 4`.
struct TestSpecReader: SpecReader {
    let fileName = "spec.test"

    func read(_ bytes: [UInt8], path: String, model: String) throws(ServingError) -> ModelSpec {
        var spec = ModelSpec(name: model)
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            switch words[0] {
            case "policy":
                switch words[1] {
                case "all": spec.versionPolicy = .all
                case "latest": spec.versionPolicy = .latest(Int(words[2])!)
                default: spec.versionPolicy = .specific(words[2...].map { Int64($0)! })
                }
            case "label": spec.labels[words[1]] = Int64(words[2])!
            case "maxbatch": spec.maxBatchRows = Int(words[1])!
            case "instances": spec.instances.count = Int(words[1])!
            case "queue": spec.batching.limits.maxQueuedTasks = Int(words[1])!
            case "bytes": spec.batching.limits.maxQueuedBytes = Int(words[1])!
            case "delay": spec.batching.maxQueueDelayNanos = Int64(words[1])! * 1000
            case "ordered": spec.batching.preservesOrder = true
            case "priority": spec.priority = Int(words[1])!
            default: throw ServingError(.invalidArgument, "\(path): unknown word '\(words[0])'")
            }
        }
        return spec
    }
}
