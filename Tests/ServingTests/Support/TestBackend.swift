import Glibc
import Serving
import Synchronization
import Tensors

/// A backend whose model files are a few lines of text, one setting a line:
///
///     factor 2          the output y is factor * x + 1, as many columns as width
///     width 3           columns of x; `open` for any number
///     micros 100        time that a run takes
///     single            rows may not be joined
///     mixes             answers one row fewer than it got, although it says that rows stay apart
///     fails             every run fails
///     poison 13         a run fails when any element is this number
///     refuse WORDS      loading fails with these words
///     loadmillis 5      time that loading takes
///     strings           there is also an input s of strings, given back as t
///     optional          there is also an optional input o, added to x
///
/// A file must end in a line `end`: one that does not is half written, and loading says so.
final class TestBackend: Backend {
    let name = "test"
    let aliases = ["tester"]
    let platform = "test_platform"
    let fileNames = ["model.test"]
    let log = RunLog()

    func load(_ files: ModelFiles, spec: ModelSpec) throws(ServingError) -> any LoadedModel {
        let bytes: [UInt8]
        if let contents = files.contents[files.main] {
            bytes = contents
        } else if let path = files.path, let contents = TemporaryFolder.read(path) {
            bytes = contents
        } else {
            throw ServingError(.notFound, "no file")
        }
        log.loads.wrappingAdd(1, ordering: .relaxed)
        return try TestModel(String(decoding: bytes, as: UTF8.self), log: log)
    }
}

/// What all models of a backend did.
final class RunLog: Sendable {
    let loads = Atomic<Int>(0)
    let alive = Atomic<Int>(0)
    let runs = Atomic<Int>(0)
    let rows = Atomic<Int>(0)
    let largest = Atomic<Int>(0)
    /// Called with the first element of every run.
    let seen = Mutex<[Float]>([])
    let keepsSeen = Atomic<Bool>(false)
}

final class TestModel: LoadedModel {
    let signature: ModelSignature
    let batchability: Batchability
    let memoryBytes = 100
    let factor: Float
    let micros: Int
    let poison: Float?
    let fails: Bool
    let mixes: Bool
    let hasStrings: Bool
    let hasOptional: Bool
    let log: RunLog

    init(_ text: String, log: RunLog) throws(ServingError) {
        var settings: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            settings[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        guard settings["end"] != nil else { throw ServingError(.invalidArgument, "the file is half written") }
        if let millis = settings["loadmillis"].flatMap(UInt32.init) { usleep(millis * 1000) }
        if let words = settings["refuse"] { throw ServingError(.invalidArgument, words) }
        factor = settings["factor"].flatMap(Float.init) ?? 2
        micros = settings["micros"].flatMap(Int.init) ?? 0
        poison = settings["poison"].flatMap(Float.init)
        fails = settings["fails"] != nil
        mixes = settings["mixes"] != nil
        hasStrings = settings["strings"] != nil
        hasOptional = settings["optional"] != nil
        let width = settings["width"] == "open" ? -1 : settings["width"].flatMap(Int.init) ?? 2
        batchability = settings["single"] == nil ? .rows(sharedOutputs: []) : .single(reason: "the file says so")
        var inputs = [TensorSignature(name: "x", dataType: .float32, dims: [-1, width], symbols: ["N", nil])]
        var outputs = [TensorSignature(name: "y", dataType: .float32, dims: [-1, width])]
        if hasStrings {
            inputs.append(TensorSignature(name: "s", dataType: .string, dims: [-1, 1], symbols: ["N", nil]))
            outputs.append(TensorSignature(name: "t", dataType: .string, dims: [-1, 1]))
        }
        if hasOptional { inputs.append(TensorSignature(name: "o", dataType: .float32, dims: [-1, width], isOptional: true)) }
        signature = ModelSignature(inputs: inputs, outputs: outputs)
        self.log = log
        log.alive.wrappingAdd(1, ordering: .relaxed)
    }

    deinit { log.alive.wrappingSubtract(1, ordering: .relaxed) }

    func makeRunner() -> any ModelRunner { TestRunner(self) }
}

final class TestRunner: ModelRunner {
    let model: TestModel

    init(_ model: TestModel) { self.model = model }

    func run(inputs: [Tensor?], wanted: [Bool], outputs: inout [Tensor?]) throws(ServingError) {
        guard let x = inputs[0] else { throw ServingError(.internal, "no x") }
        let log = model.log
        log.runs.wrappingAdd(1, ordering: .relaxed)
        log.rows.wrappingAdd(x.shape[0], ordering: .relaxed)
        log.largest.max(x.shape[0], ordering: .relaxed)
        if log.keepsSeen.load(ordering: .relaxed), x.count > 0 {
            let first = x.pointer(as: Float.self)[0]
            log.seen.withLock { $0.append(first) }
        }
        if model.micros > 0 { usleep(UInt32(model.micros)) }
        if model.fails { throw ServingError(.internal, "this model always fails") }
        var values = x.elements(as: Float.self)
        if let poison = model.poison, values.contains(poison) { throw ServingError(.invalidArgument, "\(poison) is poison") }
        let extra = model.hasOptional ? inputs.last.flatMap { $0?.elements(as: Float.self) } : nil
        for index in values.indices { values[index] = model.factor * values[index] + 1 + (extra?[index] ?? 0) }
        var shape = x.shape
        if model.mixes, shape[0] > 1 {
            shape = Shape([shape[0] - 1, shape[1]])
            values.removeLast(shape[1])
        }
        outputs[0] = Tensor(values, dataType: .float32, shape: shape)
        if model.hasStrings { outputs[1] = inputs[1] }
    }
}
