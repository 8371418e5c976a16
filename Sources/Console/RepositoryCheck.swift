internal import Client
internal import Engine
internal import Gateway
internal import Glibc
internal import Serving
internal import Synchronization
internal import Text

/// What `martlet check` does: everything that serving would do with a repository, up to the first request.
public struct RepositoryCheck {
    private let path: String

    public init(path: String) { self.path = path }

    /// Prints a line for each model as it is done; false when anything is wrong.
    public func run() -> Bool {
        if isFile { return checkFile() }
        let faults = Mutex<[String]>([])
        var configuration = ServingCore.Configuration(sources: [FolderSource(path: path)])
        configuration.onEvent = { event in
            switch event {
            case .loading(let identity): Progress.show("loading \(identity.model) \(identity.number)")
            case .loadFailed(let identity, let error): faults.withLock { $0.append("\(identity.model) \(identity.number): \(error)") }
            case .modelFailed(let model, let error): faults.withLock { $0.append("\(model): \(error)") }
            case .sourceFailed(let name, let error): faults.withLock { $0.append("\(name): \(error)") }
            default: break
            }
        }
        let core = ServingCore(configuration)
        core.start()
        core.waitForStartup()
        defer { core.stop() }
        Progress.clear()

        var table = TextTable("model", "version", "state", "golden requests", "batching")
        let versions = core.liveVersions
        for version in versions {
            table.append(
                version.model, String(version.number), "good", String(version.goldenCount),
                version.maxRows > 1 ? "up to \(version.maxRows) rows" : "one request a run")
        }
        if !versions.isEmpty { print(table.rendered()) }
        let found = faults.withLock { $0 }
        for fault in found { print("FAULT  \(fault)") }
        if versions.isEmpty, found.isEmpty {
            print("FAULT  \(path): no model was found (expected NAME/VERSION/model.onnx)")
            return false
        }
        print("\(versions.count) good, \(found.count) at fault")
        return found.isEmpty
    }

    private var isFile: Bool {
        PathFacts(path)?.kind == .file
    }

    private func checkFile() -> Bool {
        do throws(EngineError) {
            let model = try ModelReport.load(path)
            print("\(path): good, \(model.signature.inputs.count) inputs, \(model.signature.outputs.count) outputs, \(model.batchability)")
            return true
        } catch {
            print("FAULT  \(path): \(error)")
            return false
        }
    }
}
