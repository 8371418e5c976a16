import Glibc
import Serving
import Synchronization
import Tensors

// ensemblebench [requests]: what a step of an ensemble costs, by chains of steps that give back what they get.
let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 20_000

/// A model that gives its input back.
final class IdentityBackend: Backend, LoadedModel, ModelRunner {
    let name = "identity"
    let aliases: [String] = []
    let platform = "identity"
    let fileNames = ["identity"]
    let signature = ModelSignature(
        inputs: [TensorSignature(name: "x", dataType: .float32, dims: [-1, 4])],
        outputs: [TensorSignature(name: "y", dataType: .float32, dims: [-1, 4])])
    let batchability = Batchability.rows(sharedOutputs: [])
    let memoryBytes = 0

    func load(_ files: ModelFiles, spec: ModelSpec) throws(ServingError) -> any LoadedModel { self }
    func makeRunner() -> any ModelRunner { self }
    func run(inputs: [Tensor?], wanted: [Bool], outputs: inout [Tensor?]) throws(ServingError) { outputs[0] = inputs[0] }
}

/// Models that there are only in memory.
struct MemorySource: Source {
    let name = "memory"
    let models: [String]
    func list() throws(ServingError) -> [ModelListing] {
        models.map { name in
            ModelListing(
                name: name, folder: nil,
                versions: [
                    VersionListing(number: 1, folder: nil, files: [FileListing(name: "identity", byteCount: 0, modifiedNanos: 0, inode: 0)])
                ])
        }
    }
}

final class Signal: ReplySink {
    let isDone = Atomic<Bool>(false)
    func finished(_ request: InferenceRequest) { isDone.store(true, ordering: .releasing) }
}

/// A chain of `length` steps on the model, or of built-in ones.
func chain(_ length: Int, builtin: Bool) -> ModelSpec {
    var spec = ModelSpec(name: "chain-\(length)\(builtin ? "-builtin" : "")")
    spec.inputs = [TensorSpec(name: "t0", dataType: .float32, dims: [-1, 4])]
    spec.ensemble = EnsembleSpec(
        steps: (0..<length).map { index in
            builtin
                ? EnsembleSpec.Step(target: .builtin("identity", [:]), inputs: ["x": ["t\(index)"]], outputs: ["y": "t\(index + 1)"])
                : EnsembleSpec.Step(model: "identity", inputs: ["x": "t\(index)"], outputs: ["y": "t\(index + 1)"])
        })
    return spec
}

func start(inlineNanos: Int64) -> ServingCore {
    var configuration = ServingCore.Configuration(sources: [MemorySource(models: ["identity"])])
    configuration.inlineNanos = inlineNanos
    let core = ServingCore(configuration, backends: BackendRegistry([IdentityBackend()]))
    core.start()
    core.waitForStartup()
    for builtin in [false, true] {
        for length in [1, 2, 4, 8] {
            let spec = chain(length, builtin: builtin)
            let loaded = Signal()
            core.load(spec.name, override: spec, files: [1: ["none": [0]]]) { error in
                if let error { print(error) }
                loaded.isDone.store(true, ordering: .releasing)
            }
            while !loaded.isDone.load(ordering: .acquiring) { usleep(100) }
        }
    }
    return core
}

/// Nanoseconds of single requests, one after the other, sorted.
func times(_ core: ServingCore, _ model: String) -> [Int64] {
    let submitter = core.makeSubmitter()
    let input = Tensor([1, 2, 3, 4] as [Float], dataType: .float32, shape: [1, 4])
    let request = InferenceRequest()
    var times: [Int64] = []
    for index in 0..<count + count / 10 {
        let signal = Signal()
        request.reset()
        request.model = Name(model)
        request.inputs.append(InputTensor(name: Name(model == "identity" ? "x" : "t0"), input))
        request.sink = signal
        let start = MonotonicClock.system.nowNanos
        submitter.submit(request)
        while !signal.isDone.load(ordering: .acquiring) {}
        let end = MonotonicClock.system.nowNanos
        if let error = request.error { fatalError(error.message) }
        if index >= count / 10 { times.append(end - start) }
    }
    return times.sorted()
}

for (title, inlineNanos) in [("on the caller's thread", Int64(1_000_000)), ("on the lanes", 0)] {
    let core = start(inlineNanos: inlineNanos)
    print("\(title), µs p50 / p99:")
    let alone = times(core, "identity")
    func row(_ name: String, _ sorted: [Int64], steps: Int) {
        let (middle, high) = (Double(sorted[sorted.count / 2]) / 1000, Double(sorted[sorted.count * 99 / 100]) / 1000)
        print("  \(name): \(middle) / \(high)\(steps > 0 ? ", \((middle / Double(steps) * 100).rounded() / 100) a step" : "")")
    }
    row("the model alone", alone, steps: 0)
    for builtin in [false, true] {
        for length in [1, 2, 4, 8] {
            let name = "chain-\(length)\(builtin ? "-builtin" : "")"
            row(name, times(core, name), steps: length)
        }
    }
    core.stop()
}
