import Batching
import Glibc
import Serving
import Synchronization
import Tensors
import Testing

/// A model with a memory: `y = sum of all x of the sequence so far`, kept in a state; it also shows the controls that it was given.
final class MemoryBackend: Backend {
    let name = "memory"
    let aliases: [String] = []
    let platform = "memory"
    let fileNames = ["model.memory"]
    let log = RunLog()

    func load(_ files: ModelFiles, spec: ModelSpec) throws(ServingError) -> any LoadedModel { MemoryModel(log) }
}

final class MemoryModel: LoadedModel {
    let signature = ModelSignature(
        inputs: [
            TensorSignature(name: "x", dataType: .float32, dims: [-1, 1]), TensorSignature(name: "START", dataType: .int32, dims: [-1, 1]),
            TensorSignature(name: "END", dataType: .bool, dims: [-1, 1]), TensorSignature(name: "READY", dataType: .float32, dims: [-1, 1]),
            TensorSignature(name: "ID", dataType: .uint64, dims: [-1, 1]), TensorSignature(name: "h", dataType: .float32, dims: [-1, 1]),
        ],
        outputs: [
            TensorSignature(name: "y", dataType: .float32, dims: [-1, 1]), TensorSignature(name: "seen", dataType: .float32, dims: [-1, 4]),
            TensorSignature(name: "hn", dataType: .float32, dims: [-1, 1]),
        ])
    let batchability = Serving.Batchability.rows(sharedOutputs: [])
    let memoryBytes = 0
    let log: RunLog
    init(_ log: RunLog) { self.log = log }
    func makeRunner() -> any ModelRunner { MemoryRunner(log) }

    static var spec: ModelSpec {
        var spec = ModelSpec(name: "m")
        spec.maxBatchRows = 16
        spec.sequence = SequenceSpec(
            maxIdleNanos: 60_000_000_000,
            controls: [
                .init(inputName: "START", kind: .start, dataType: .int32, falseTrue: [0, 7]),
                .init(inputName: "END", kind: .end, dataType: .bool), .init(inputName: "READY", kind: .ready, dataType: .float32),
                .init(inputName: "ID", kind: .correlationID, dataType: .uint64),
            ], states: [.init(inputName: "h", outputName: "hn", dataType: .float32, dims: [1])], maxSequences: 50)
        return spec
    }
}

final class MemoryRunner: ModelRunner {
    let log: RunLog
    init(_ log: RunLog) { self.log = log }

    func run(inputs: [Tensor?], wanted: [Bool], outputs: inout [Tensor?]) throws(ServingError) {
        let tensors = inputs.compactMap { $0 }
        let rows = tensors[0].shape[0]
        log.largest.max(rows, ordering: .relaxed)
        let x = tensors[0].elements(as: Float.self)
        if x.contains(666) { throw ServingError(.internal, "the beast") }
        let start = tensors[1].elements(as: Int32.self)
        let end = tensors[2].elements(as: UInt8.self)
        let ready = tensors[3].elements(as: Float.self)
        let identifier = tensors[4].elements(as: UInt64.self)
        let state = tensors[5].elements(as: Float.self)
        usleep(300)
        let sums = zip(x, state).map { $0 + $1 }
        outputs[0] = Tensor(sums, dataType: .float32, shape: [rows, 1])
        outputs[1] = Tensor(
            (0..<rows).flatMap { [Float(start[$0]), Float(end[$0]), ready[$0], Float(identifier[$0])] }, dataType: .float32, shape: [rows, 4])
        outputs[2] = Tensor(sums, dataType: .float32, shape: [rows, 1])
    }
}

@Suite struct `sequences` {
    final class Setup {
        let folder = TemporaryFolder()
        let backend = MemoryBackend()
        let core: ServingCore

        init(_ spec: ModelSpec = MemoryModel.spec, expecting error: ServingError? = nil) {
            folder.write("", to: "m/1/model.memory")
            var configuration = ServingCore.Configuration(sources: [FolderSource(path: folder.path)])
            configuration.controlMode = .explicit
            configuration.inlineNanos = 0
            core = ServingCore(configuration, backends: BackendRegistry([backend]))
            core.start()
            let done = Flag()
            let got = Mutex<ServingError?>(nil)
            core.load("m", override: spec) { result in
                got.withLock { $0 = result }
                done.set()
            }
            precondition(eventually { done.isSet })
            #expect(got.withLock { $0 } == error)
        }

        deinit { core.stop() }

        func request(_ id: UInt64, _ x: Float, start: Bool = false, end: Bool = false, sink: any ReplySink) -> InferenceRequest {
            let request = InferenceRequest(model: "m", inputs: [("x", Tensor([x], dataType: .float32, shape: [1, 1]))], sink: sink)
            request.sequence = SequencePosition(identifier: .number(id), isStart: start, isEnd: end)
            return request
        }

        func ask(_ id: UInt64, _ x: Float, start: Bool = false, end: Bool = false) -> InferenceRequest {
            let collector = Collector()
            let request = request(id, x, start: start, end: end, sink: collector)
            core.submit(request)
            precondition(collector.wait(for: 1))
            return request
        }
    }

    @Test func `the state goes from one request to the next, and callers see none of it`() {
        let setup = Setup()
        let version = setup.core.versions(of: "m")[0]
        #expect(version.signature.inputs.map(\.name) == ["x"])
        #expect(version.signature.outputs.map(\.name) == ["y", "seen"])
        let first = setup.ask(7, 1, start: true)
        #expect(first.floats() == [1])
        #expect(first.floats("seen") == [7, 0, 1, 7])
        #expect(first.outputs.map(\.name) == ["y", "seen"])
        #expect(first.inputs.count == 1)
        #expect(setup.ask(7, 10).floats() == [11])
        #expect(setup.ask(9, 5, start: true).floats() == [5])
        #expect(setup.ask(7, 100).floats() == [111])
        let last = setup.ask(7, 1000, end: true)
        #expect(last.floats() == [1111])
        #expect(last.floats("seen") == [0, 1, 1, 7])
        #expect(setup.ask(7, 1).error?.code == .invalidArgument)
        #expect(setup.ask(9, 1).floats() == [6])
    }

    @Test func `only what was asked for comes back`() {
        let setup = Setup()
        let collector = Collector()
        for (number, wanted) in [(0, ["y"]), (1, ["seen"]), (2, ["y"])] as [(Int, [Name])] {
            let request = setup.request(3, 2, start: number == 0, sink: collector)
            request.requestedOutputs = wanted
            setup.core.submit(request)
            #expect(collector.wait(for: number + 1))
            #expect(request.outputs.map(\.name) == wanted.map(\.string))
            #expect(request.requestedOutputs == wanted)
            if number == 2 { #expect(request.floats() == [6]) }
        }
    }

    @Test func `faults are told in words`() {
        let setup = Setup()
        #expect(
            setup.ask(0, 1).error
                == ServingError(.invalidArgument, "inference request to model 'm' must specify a non-zero or non-empty correlation ID"))
        #expect(
            setup.ask(5, 1).error
                == ServingError(
                    .invalidArgument,
                    "inference request for sequence 5 to model 'm' must specify the START flag on the first request of the sequence"))
        let collector = Collector()
        let two = InferenceRequest(model: "m", inputs: [("x", Tensor([1, 2] as [Float], dataType: .float32, shape: [2, 1]))], sink: collector)
        two.sequence = SequencePosition(identifier: .number(1), isStart: true)
        setup.core.submit(two)
        #expect(collector.wait(for: 1))
        #expect(two.error?.message.contains("must specify batch-size 1") == true)
        let hidden = setup.request(1, 1, start: true, sink: collector)
        hidden.inputs.append(InputTensor(name: "h", Tensor([1] as [Float], dataType: .float32, shape: [1, 1])))
        setup.core.submit(hidden)
        #expect(collector.wait(for: 2))
        #expect(hidden.error?.message.hasPrefix("unexpected inference input 'h'") == true)
        let text = InferenceRequest(model: "m", inputs: [("x", Tensor([1] as [Float], dataType: .float32, shape: [1, 1]))], sink: collector)
        text.sequence = SequencePosition(identifier: .text("abc"), isStart: true)
        setup.core.submit(text)
        #expect(collector.wait(for: 3))
        #expect(text.error?.message == "the correlation ID 'abc' does not fit the input 'ID' of type UINT64")
    }

    @Test func `a failed request leaves the state as it was`() {
        let setup = Setup()
        #expect(setup.ask(1, 4, start: true).floats() == [4])
        #expect(setup.ask(1, 666).error?.message == "the beast")
        #expect(setup.ask(1, 5).floats() == [9])
    }

    @Test func `a new start begins afresh`() {
        let setup = Setup()
        #expect(setup.ask(1, 4, start: true).floats() == [4])
        #expect(setup.ask(1, 5, start: true).floats() == [5])
    }

    @Test func `a quiet sequence is forgotten`() {
        var spec = MemoryModel.spec
        spec.sequence?.maxIdleNanos = 100_000_000
        let setup = Setup(spec)
        #expect(setup.ask(1, 4, start: true).floats() == [4])
        usleep(400_000)
        #expect(setup.ask(1, 5).error?.code == .invalidArgument)
    }

    @Test func `there is an end to the number of sequences`() {
        let setup = Setup()
        for id in 1...50 as ClosedRange<UInt64> { #expect(setup.ask(id, 1, start: true).error == nil) }
        let refused = setup.ask(51, 1, start: true)
        #expect(refused.error?.code == .resourceExhausted)
        #expect(setup.ask(1, 1, end: true).error == nil)
        #expect(setup.ask(51, 1, start: true).error == nil)
    }

    @Test func `many sequences at once share runs and never mix`() {
        let setup = Setup()
        let sequences = 40
        let steps = 50
        let wrong = Mutex<[String]>([])
        let collector = Collector { request in
            guard case .number(let id)? = request.sequence?.identifier, case .tensor(let x) = request.inputs[0].contents else { return }
            // Step k of sequence i brings i + k; the sum tells both.
            let step = Int(x.elements(as: Float.self)[0]) - Int(id)
            let expected = Float((0...step).reduce(0) { $0 + Int(id) + $1 })
            if request.floats() != [expected] { wrong.withLock { $0.append("\(id)/\(step): \(request.floats() ?? []) \(String(describing: request.error))") } }
        }
        for step in 0..<steps {
            for id in 1...sequences {
                setup.core.submit(
                    setup.request(UInt64(id), Float(id + step), start: step == 0, end: step == steps - 1, sink: collector))
            }
        }
        #expect(collector.wait(for: sequences * steps))
        #expect(wrong.withLock { $0 }.isEmpty, "\(wrong.withLock { $0 }.prefix(3))")
        #expect(setup.backend.log.largest.load(ordering: .relaxed) > 4)
        #expect(setup.core.drain(withinNanos: 5_000_000_000) == 0)
    }

    @Test func `requests after the end of their sequence are refused in their turn`() {
        let setup = Setup()
        let errors = Mutex<[ServingError.Code?]>([])
        let collector = Collector { request in errors.withLock { $0.append(request.error?.code) } }
        setup.core.submit(setup.request(1, 1, start: true, sink: collector))
        setup.core.submit(setup.request(1, 1, end: true, sink: collector))
        setup.core.submit(setup.request(1, 1, sink: collector))
        setup.core.submit(setup.request(1, 1, start: true, sink: collector))
        #expect(collector.wait(for: 4))
        #expect(errors.withLock { $0 } == [nil, nil, .invalidArgument, nil])
    }

    @Test func `a configuration that does not fit the model is refused at load`() {
        var spec = MemoryModel.spec
        spec.sequence?.controls.append(.init(inputName: "NONE", kind: .start, dataType: .int32))
        _ = Setup(spec, expecting: ServingError(.invalidArgument, "model 'm' has no input 'NONE' for a sequence control"))
        spec = MemoryModel.spec
        spec.sequence?.states[0].dataType = .float64
        _ = Setup(
            spec,
            expecting: ServingError(
                .invalidArgument, "the state 'h' of model 'm' is declared FP64, but its file has FP32 in and FP32 out"))
        spec = MemoryModel.spec
        spec.sequence?.states[0].dims = [2]
        _ = Setup(spec, expecting: ServingError(.invalidArgument, "the state 'h' of model 'm' has shape [1, 2], which its input does not take"))
    }
}
