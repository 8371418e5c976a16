import Serving
import Synchronization
import Testing
import Tensors

@Suite struct `a decoupled model` {
    /// Takes parts and the end of one request.
    private final class Listener: ReplySink, PartSink {
        let parts = Mutex<[[Float]]>([])
        let isDone = Mutex(false)

        static func values(_ outputs: [OutputTensor]) -> [Float] {
            guard let output = outputs.first(where: { $0.name == "y" }) else { return [] }
            return (0..<output.count).map { output.bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
        }

        func part(of request: InferenceRequest, outputs: [OutputTensor]) {
            let values = Self.values(outputs)
            parts.withLock { $0.append(values) }
        }

        func finished(_ request: InferenceRequest) {
            if request.error == nil {
                let values = Self.values(request.outputs)
                parts.withLock { $0.append(values) }
            }
            isDone.withLock { $0 = true }
        }
    }

    private static func answer(count: Int) -> [Float] {
        var values: [Float] = []
        for element in 0..<count { values.append(Float(element) * 2 + 1) }
        return values
    }

    private func harness(_ model: String = "factor 2\nwidth open\nend\n", isDecoupled: Bool = true) -> Harness {
        Harness(["m/1/model.test": model, "m/spec.test": "maxbatch 3\n"], lanes: 2, readers: [TestSpecReader()]) {
            $0.amend = { $0.isDecoupled = isDecoupled }
        }
    }

    private func ask(_ harness: Harness, rows: Int, isWanted: Bool = true) -> (request: InferenceRequest, parts: [[Float]]) {
        let listener = Listener()
        let x = Tensor((0..<rows * 2).map { (element: Int) -> Float in Float(element) }, dataType: .float32, shape: Shape([rows, 2]))
        let request = InferenceRequest(model: "m", inputs: [("x", x)], sink: listener)
        if isWanted { request.parts = .wanted(listener) }
        harness.core.submit(request)
        #expect(eventually { listener.isDone.withLock { $0 } })
        return (request, listener.parts.withLock { $0 })
    }

    @Test(arguments: [1, 3, 4, 30, 300]) func `answers row by row, in order, whoever runs them`(rows: Int) {
        let harness = harness()
        for _ in 0..<20 {
            let (request, parts) = ask(harness, rows: rows)
            #expect(request.error == nil)
            #expect(parts.count >= (rows + 2) / 3)
            #expect(parts.allSatisfy { !$0.isEmpty && $0.count <= 6 })
            let values = parts.flatMap { $0 }
            #expect(values == Self.answer(count: rows * 2))
        }
        let statistics = harness.core.versions(of: "m")[0].statistics.snapshot
        #expect(statistics.success.count == 20)
    }

    @Test func `answers in one piece whoever wants that`() {
        let (request, parts) = ask(harness(), rows: 10, isWanted: false)
        #expect(request.error == nil)
        #expect(parts.map(\.count) == [20])
    }

    @Test func `is all that answers in parts`() {
        #expect(ask(harness(isDecoupled: false), rows: 10).parts.map(\.count) == [20])
    }

    @Test func `ends with the error of a part, once`() {
        // The last row makes its run fail.
        let harness = harness("factor 2\nwidth open\npoison 19\nend\n")
        let (request, parts) = ask(harness, rows: 10)
        #expect(request.error != nil)
        let values = parts.flatMap { $0 }
        #expect(values == Self.answer(count: values.count))
        #expect(values.count < 20)
    }

    @Test func `is refused to whoever cannot take parts`() {
        let harness = harness()
        let request = harness.ask("m", rows: [[1, 2]]) { $0.parts = .refused("not here") }
        #expect(request.error == ServingError(.unimplemented, "not here"))
        #expect(harness.core.versions(of: "m")[0].depth.inFlight == 0)
    }
}
