import Glibc
import Serving
import Synchronization
import Tensors
import Testing

/// Random graphs against plain recursion. `MARTLET_ENSEMBLE_GRAPHS` sets how many of each kind.
@Suite struct `random ensembles` {
    static var graphs: Int { getenv("MARTLET_ENSEMBLE_GRAPHS").flatMap { Int(String(cString: $0)) } ?? 500 }
    /// Graphs that one repository holds at a time.
    static let perRepository = 50

    @Test func `answer like the reference`() { compare(decides: false, seed: 1) }

    @Test func `with conditions, switches, fallbacks and alternatives answer like the reference`() { compare(decides: true, seed: 2) }

    private func compare(decides: Bool, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var mismatches = 0
        var outcomes = (answers: 0, failures: 0, none: 0)
        for _ in 0..<max(1, Self.graphs / Self.perRepository) {
            var references: [ReferenceEnsemble] = []
            var ensembles: [String: String] = [:]
            for number in 0..<Self.perRepository {
                let reference = ReferenceEnsemble(steps: 1 + Int(random.next() % 12), decides: decides, random: &random)
                ensembles["e\(number)"] = reference.yaml(order: Array(reference.steps.indices).shuffled(using: &random))
                references.append(reference)
            }
            let harness = ensembleHarness(
                [
                    "m0.5": "factor 0.5", "m2.0": "factor 2", "m-1.0": "factor -1", "poison0.5": "factor 0.5\npoison 13",
                    "poison2.0": "factor 2\npoison 13",
                    "poison-1.0": "factor -1\npoison 13",
                ], ensembles: ensembles, inline: random.next() % 2 == 0)
            for (number, reference) in references.enumerated() {
                guard harness.core.isReady(model: "e\(number)") else {
                    mismatches += 1
                    Issue.record("\(harness.reason("e\(number)"))\n\(ensembles["e\(number)"] ?? "")")
                    continue
                }
                for _ in 0..<3 {
                    let rows = (0..<(1 + Int(random.next() % 4))).map { _ in (0..<2).map { _ in Float(random.next() % 40) / 2 - 5 } }
                    let request = harness.ask("e\(number)", inputs: [("x", tensor(rows))]) {
                        $0.parameters = [RequestParameter(name: "mode", value: .string(reference.mode))]
                    }
                    let expected = reference.evaluate(rows)
                    let got = outcome(of: request, rows: rows.count)
                    switch expected {
                    case .rows: outcomes.answers += 1
                    case .failed: outcomes.failures += 1
                    case .noOutput: outcomes.none += 1
                    }
                    if expected != got {
                        mismatches += 1
                        if mismatches < 4 {
                            Issue.record(
                                "\(rows) → \(got), not \(expected): \(request.error?.message ?? "")\n\(ensembles["e\(number)"] ?? "")")
                        }
                    }
                }
                #expect(eventually { harness.core.versions(of: "e\(number)").first?.depth.inFlight == 0 })
            }
            for model in ["m0.5", "m2.0", "m-1.0", "poison0.5", "poison2.0", "poison-1.0"] { #expect(harness.unload(model) == nil) }
            #expect(eventually { harness.backend.log.alive.load(ordering: .relaxed) == 0 })
        }
        #expect(mismatches == 0)
        // All kinds of ends were seen.
        #expect(outcomes.answers > 100)
        if Self.graphs >= 500 { #expect(outcomes.failures > 0) }
    }

    private func outcome(of request: InferenceRequest, rows: Int) -> ReferenceEnsemble.Outcome {
        if let error = request.error {
            if error.code == .failedPrecondition { return .noOutput }
            guard error.code == .invalidArgument,
                let step = error.message.split(separator: "'").dropFirst(3).first.flatMap({ Int($0.dropFirst()) })
            else {
                return .noOutput
            }
            return .failed(step: step)
        }
        guard let floats = request.floats() else { return .noOutput }
        return .rows((0..<rows).map { Array(floats[($0 * 2)..<($0 * 2 + 2)]) })
    }
}
