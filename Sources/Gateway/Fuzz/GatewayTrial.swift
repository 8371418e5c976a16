internal import Dispatch
internal import GRPC
internal import Hummingbird
internal import Logging
internal import Serving
internal import Synchronization

/// Every path of the HTTP port that takes a body, over a small repository: for fuzzers. Any bytes must come back as an answer.
///
/// Used by one thread, which waits for each answer.
package final class GatewayTrial {
    private let rooms: [any WebRoom]
    private let entries: [Entry]

    /// A path on the HTTP port with the content type that it is asked with.
    private struct Entry {
        let path: String
        let contentType: String
    }

    /// - Parameter repository: a folder of models in the usual layout.
    package init(repository: String) throws {
        var configuration = ServingCore.Configuration(sources: [FolderSource(path: repository)])
        configuration.lanes = 1
        configuration.controlMode = .explicit
        configuration.startupModels = ["*"]
        let core = ServingCore(configuration)
        core.start()
        let loaded = DispatchSemaphore(value: 0)
        core.whenStartupIsDone { loaded.signal() }
        loaded.wait()
        let models = Set(core.liveVersions.map(\.model)).sorted()
        guard !models.isEmpty else { throw GatewayError("\(repository): no model could be loaded") }

        let extensions = KServeExtensions(memory: SharedMemory(prefix: "/martlet-fuzz"), labels: ClassLabels(repositories: [repository]))
        let switches = LogSwitches(.critical)
        let kserve = KServeService(
            core: core, extensions: extensions, log: switches,
            requests: RequestLog(log: Logger(label: "trial"), switches: switches, slowNanos: 0))
        let tensorFlow = TFService(core: core, labels: extensions.labels, repositories: [repository], folders: [:])
        let torch = TorchService(core: core)
        rooms = [
            KServeREST(core: core, service: kserve), TFRest(core: core, answers: tensorFlow.answers), TorchRest(models: torch.models),
            MLflowRest(core: core),
        ]
        entries = Self.entries(of: models)
    }

    private static func entries(of models: [String]) -> [Entry] {
        var entries: [Entry] = []
        for model in models {
            entries += [
                Entry(path: "/v2/models/\(model)/infer", contentType: "application/json"),
                Entry(path: "/v2/models/\(model)/generate", contentType: "application/json"),
                Entry(path: "/v1/models/\(model):predict", contentType: "application/json"),
                Entry(path: "/v1/models/\(model):classify", contentType: "application/json"),
                Entry(path: "/v1/models/\(model):regress", contentType: "application/json"),
                Entry(path: "/predictions/\(model)", contentType: "application/json"),
                Entry(path: "/predictions/\(model)", contentType: "application/octet-stream"),
                Entry(path: "/predictions/\(model)", contentType: "text/plain"),
                Entry(path: "/invocations/\(model)", contentType: "application/json"),
                Entry(path: "/invocations/\(model)", contentType: "text/csv"),
            ]
        }
        return entries + [
            Entry(path: "/v2/repository/index", contentType: "application/json"),
            Entry(path: "/v2/systemsharedmemory/region/r/register", contentType: "application/json"),
            Entry(path: "/v2/trace/setting", contentType: "application/json"),
            Entry(path: "/v2/logging", contentType: "application/json"),
        ]
    }

    /// One request on the HTTP port. The first byte says what is asked, the second how many bytes of the rest are JSON; 255 says nothing.
    package func http(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 2 else { return }
        let entry = entries[Int(bytes[0]) % entries.count]
        let body = UnsafeRawBufferPointer(rebasing: bytes[2...])
        var headers = HTTPFields()
        headers[.contentType] = entry.contentType
        if bytes[1] != 255, let name = HTTPFields.Element.Name(KServeREST.headerLength) { headers[name] = String(Int(bytes[1]) * 4) }
        let request = WebRequest(
            method: .post, path: entry.path, query: WebQuery(""), headers: headers, body: MessageBuffer(copying: body))
        guard let path = WebPath(entry.path[...], maxParts: 16) else { return }
        for room in rooms {
            guard let endpoint = room.endpoint(at: path) else { continue }
            guard let action = endpoint.action(for: .post) else { return }
            let answer = Self.wait { () async -> WebAnswer in
                do {
                    return try await action.handler(request)
                } catch {
                    // What a fuzzer can say is never our fault.
                    guard let failure = error as? WebFailure else { fatalError("\(entry.path): \(error)") }
                    return room.refusal(failure)
                }
            }
            precondition(answer.status >= 200, "an answer without a status")
            return
        }
        fatalError("\(entry.path): nothing is there")
    }

    /// Runs what is asynchronous, and waits for it.
    private static func wait<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
        let (done, place) = (DispatchSemaphore(value: 0), Place<Value>())
        Task {
            let value = await body()
            place.value.withLock { $0 = value }
            done.signal()
        }
        done.wait()
        return place.value.withLock { $0! }
    }

    private final class Place<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
    }
}
