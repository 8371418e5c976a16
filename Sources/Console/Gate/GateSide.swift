internal import Gateway
internal import Glibc
internal import Serving
internal import Synchronization
internal import Tensors

/// The candidate or the champion: a repository or one model's folder, loaded in this process.
final class GateSide: Sendable {
    let path: String
    private let core: ServingCore
    /// What could not be loaded, and why.
    let faults: [String]

    /// Loads everything, with golden requests. Blocks.
    init(path: String) {
        self.path = path
        let source = Self.source(path)
        let box = FaultBox()
        var configuration = ServingCore.Configuration(sources: [source])
        // One lane and nothing on the caller's thread: what is timed is the same for both.
        configuration.lanes = 1
        configuration.inlineNanos = 0
        configuration.onEvent = { event in
            switch event {
            case .loadFailed(let identity, let error): box.add("\(identity.model) \(identity.number): \(error)")
            case .modelFailed(let model, let error): box.add("\(model): \(error)")
            case .sourceFailed(let name, let error): box.add("\(name): \(error)")
            default: break
            }
        }
        core = ServingCore(configuration)
        core.start()
        core.waitForStartup()
        faults = box.all
    }

    private final class FaultBox: Sendable {
        private let list = Mutex<[String]>([])
        func add(_ fault: String) { list.withLock { $0.append(fault) } }
        var all: [String] { list.withLock { $0 } }
    }

    func stop() { core.stop() }

    /// The newest live version of each model.
    var newest: [String: ModelVersion] {
        Dictionary(core.liveVersions.map { ($0.model, $0) }) { $0.number > $1.number ? $0 : $1 }
    }

    /// A folder with versions in it is one model, whose neighbours are not looked at.
    private static func source(_ path: String) -> any Source {
        var whole = path
        while whole.count > 1, whole.hasSuffix("/") { whole.removeLast() }
        if let resolved = realpath(whole, nil) {
            whole = String(cString: resolved)
            free(resolved)
        }
        let isModel = RecordedTraffic.entries(of: whole).contains { Int64($0) != nil && RecordedTraffic.isFolder("\(whole)/\($0)") }
        guard isModel, let slash = whole.lastIndex(of: "/") else { return FolderSource(path: path) }
        let parent = String(whole[..<slash])
        return OneModel(folder: FolderSource(path: parent.isEmpty ? "/" : parent), model: String(whole[whole.index(after: slash)...]))
    }

    private struct OneModel: Source {
        let folder: FolderSource
        let model: String
        var name: String { "\(folder.path)/\(model)" }
        func list() throws(ServingError) -> [ModelListing] { try folder.list().filter { $0.name == model } }
    }

    /// What became of one question.
    struct Answer: Sendable {
        var outputs: [(name: String, tensor: Tensor)] = []
        var error: String?
        var nanos: Int64 = 0

        subscript(_ name: String) -> Tensor? { outputs.first { $0.name == name }?.tensor }
    }

    /// Asks the newest version of `model`, and times the answer.
    func ask(_ version: ModelVersion, _ inputs: [(name: String, tensor: Tensor)]) async -> Answer {
        let start = core.clock.nowNanos
        return await withCheckedContinuation { continuation in
            let sink = Sink { request in
                var answer = Answer(nanos: self.core.clock.nowNanos &- start)
                answer.error = request.error.map { "\($0)" }
                // Copied: the memory belongs to whoever runs next.
                answer.outputs = request.outputs.map { ($0.name, Self.copy($0.tensor)) }
                continuation.resume(returning: answer)
            }
            let request = InferenceRequest(model: version.model, version: .number(version.number), inputs: inputs, sink: sink)
            request.context = sink
            core.submit(request)
        }
    }

    private static func copy(_ tensor: Tensor) -> Tensor {
        if tensor.dataType == .string { return Tensor(strings: tensor.strings, shape: tensor.shape) }
        let fresh = Tensor(dataType: tensor.dataType, shape: tensor.shape)
        if tensor.byteCount > 0 { fresh.mutableBytes.copyMemory(from: tensor.bytes, byteCount: tensor.byteCount) }
        return fresh
    }

    private final class Sink: ReplySink {
        private let body: @Sendable (InferenceRequest) -> Void
        init(_ body: @escaping @Sendable (InferenceRequest) -> Void) { self.body = body }
        func finished(_ request: InferenceRequest) { body(request) }
    }
}
