import Glibc
import Serving
import Synchronization
import Testing
import Tensors

/// Random requests of random rows and widths; every answer must be made of its own request's rows and nobody else's.
///
/// A hundred thousand requests, or as many as the environment's `MARTLET_SCATTER_REQUESTS` says.
@Suite struct `every reply belongs to its request` {
    static let requestCount = getenv("MARTLET_SCATTER_REQUESTS").flatMap { Int(String(cString: $0)) } ?? 100_000

    struct Setting: Sendable, CustomTestStringConvertible {
        var name: String
        var spec: String
        var model: String
        var inline = false
        /// Requests that are held back and let go together.
        var burst = 1
        var testDescription: String { name }
    }

    static let settings = [
        Setting(name: "joined", spec: "maxbatch 64\n", model: "factor 2\nwidth open\nstrings\nend\n"),
        Setting(name: "split", spec: "maxbatch 3\n", model: "factor 2\nwidth open\nstrings\nend\n"),
        Setting(name: "ordered", spec: "maxbatch 16\nordered\n", model: "factor 2\nwidth open\nstrings\nend\n"),
        Setting(name: "delayed", spec: "maxbatch 32\ndelay 200\n", model: "factor 2\nwidth open\nstrings\nend\n"),
        Setting(name: "inline", spec: "maxbatch 16\n", model: "factor 2\nwidth 3\nstrings\nend\n", inline: true),
        Setting(name: "held", spec: "maxbatch 16\n", model: "factor 2\nwidth open\nstrings\nend\n", burst: 20),
        Setting(name: "held inline", spec: "maxbatch 16\n", model: "factor 2\nwidth 3\nstrings\nend\n", inline: true, burst: 20),
        Setting(name: "poisoned", spec: "maxbatch 16\n", model: "factor 2\nwidth open\nstrings\npoison -1\nend\n"),
        Setting(name: "single", spec: "maxbatch 16\n", model: "factor 2\nwidth open\nstrings\nsingle\nend\n"),
    ]

    @Test(arguments: settings) func `random requests get their own rows back`(setting: Setting) {
        let harness = Harness(
            ["m/1/model.test": setting.model, "m/spec.test": setting.spec], lanes: 2, inline: setting.inline, readers: [TestSpecReader()])
        let threads = 3
        let each = Self.requestCount / Self.settings.count / threads
        let wrong = Mutex<[String]>([])
        let isPoisoned = setting.name == "poisoned"
        let isFixed = setting.inline
        let burst = setting.burst
        let collector = Collector { request in
            if let fault = Self.fault(request, isPoisoned: isPoisoned) { wrong.withLock { $0.append(fault) } }
        }
        let group = ThreadGroup()
        for thread in 0..<threads {
            group.start { [core = harness.core] in
                let submitter = core.makeSubmitter()
                var random = SeededGenerator(seed: UInt64(thread + 1))
                for number in 0..<each {
                    // No more under way than the queue takes.
                    while collector.answers + 2000 < number * threads { usleep(100) }
                    let rows = Int.random(in: 1...(number % 50 == 0 ? 20 : 4), using: &random)
                    let width = isFixed ? 3 : Int.random(in: 1...3, using: &random)
                    let poison = isPoisoned && Int.random(in: 0..<20, using: &random) == 0
                    let base = Float(Int.random(in: 0..<1_000_000, using: &random))
                    var values = (0..<(rows * width)).map { base + Float($0) }
                    if poison { values[values.count - 1] = -1 }
                    let x = Tensor(values, dataType: .float32, shape: Shape([rows, width]))
                    let s = Tensor(strings: (0..<rows).map { ByteString("\(base)/\($0)") }, shape: Shape([rows, 1]))
                    let request = InferenceRequest(model: "m", inputs: [("x", x), ("s", s)], sink: collector)
                    if Int.random(in: 0..<3, using: &random) == 0 { request.requestedOutputs = ["t", "y"] }
                    if burst == 1 {
                        submitter.submit(request)
                    } else if submitter.hold(request), number % burst == 0 {
                        submitter.flush()
                    }
                }
                submitter.flush()
            }
        }
        group.join()
        #expect(collector.wait(for: each * threads))
        let faults = wrong.withLock { $0 }
        #expect(faults.isEmpty, "\(faults.count) of \(each * threads): \(faults.prefix(3))")
        let statistics = harness.core.versions(of: "m")[0].statistics.snapshot
        #expect(statistics.success.count + statistics.fail.count == UInt64(each * threads))
        if setting.name == "joined" || setting.name == "held inline" { #expect(statistics.executionCount < statistics.success.count) }
    }

    /// What is wrong with an answer, or nil.
    static func fault(_ request: InferenceRequest, isPoisoned: Bool) -> String? {
        guard case .tensor(let x) = request.inputs[0].contents, case .tensor(let s) = request.inputs[1].contents else { return "no input" }
        let values = x.elements(as: Float.self)
        if isPoisoned, values.contains(-1) {
            return request.error?.message == "-1.0 is poison" ? nil : "the poison was swallowed: \(String(describing: request.error))"
        }
        if let error = request.error { return "failed: \(error)" }
        guard request.floats("y") == values.map({ 2 * $0 + 1 }) else { return "other numbers" }
        guard let t = request.outputs.first(where: { $0.name == "t" }), Array(t.strings) == s.strings else { return "other strings" }
        guard t.dims.array == s.shape.dims else { return "another shape" }
        let first = request.requestedOutputs.isEmpty ? "y" : "t"
        return request.outputs[0].name == first ? nil : "outputs in another order"
    }
}
