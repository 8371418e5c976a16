import Serving
import Synchronization
import Tensors
import Testing

/// A step that fails, wherever it stands: the right status, and nothing kept.
struct EnsembleFailureTests {
    /// A diamond in the middle of a chain, so that there is always something beside and behind the one that fails.
    private func yaml(failing place: Int) -> String {
        func model(_ step: Int) -> String { step == place ? "broken" : "good" }
        return """
            steps:
              - {name: s0, model: \(model(0)), inputs: {x: x}, outputs: {y: a}}
              - {name: s1, model: \(model(1)), inputs: {x: a}, outputs: {y: b}}
              - {name: s2, model: \(model(2)), inputs: {x: a}, outputs: {y: c}}
              - {name: s3, model: \(model(3)), inputs: {x: b}, outputs: {y: d}}
              - {name: s4, op: combine, with: {by: add}, inputs: {a: c, b: d}, outputs: {y: e}}
              - {name: s5, model: \(model(5)), inputs: {x: e}, outputs: {y: y}}
            """
    }

    /// Dies with the request that owns it.
    private final class Owner: Sendable {
        let count: Count
        init(_ count: Count) {
            self.count = count
            count.alive.wrappingAdd(1, ordering: .relaxed)
        }
        deinit { count.alive.wrappingSubtract(1, ordering: .relaxed) }
    }

    private final class Count: Sendable {
        let alive = Atomic<Int>(0)
    }

    @Test(arguments: [0, 1, 2, 3, 5], [false, true])
    func `at every place it fails the request by its name and frees everything`(_ place: Int, _ inline: Bool) throws {
        let owners = Count()
        let harness = ensembleHarness(
            ["good": "factor 1", "broken": "factor 1\npoison 13"], ensembles: ["e": yaml(failing: place)], inline: inline)
        // Whole once, to know the number that reaches the failing step.
        #expect(harness.ask("e", rows: [[1, 2]]).error == nil)
        let ahead = Float([0, 1, 1, 2, 0, 5][place])
        // What the failing step is given: x and one more for each step before it; behind the sum twice x and five.
        let poisoned = place == 5 ? (13 - ahead) / 2 : 13 - ahead
        for _ in 0..<50 {
            let request = harness.ask("e", rows: [[poisoned, 0.25], [0.5, 0.75]]) { $0.owner = Owner(owners) }
            #expect(request.error?.code == .invalidArgument)
            #expect(request.error?.message.hasPrefix("in ensemble 'e', step 's\(place)': ") == true)
            #expect(request.outputs.isEmpty)
            request.reset()
        }
        // Those after it are answered as if nothing had been.
        #expect(harness.ask("e", rows: [[1, 2]]).error == nil)
        #expect(eventually { harness.core.liveVersions.allSatisfy { $0.depth.inFlight == 0 && $0.depth.queued == 0 } })
        // Freed only when nobody is inside any more.
        #expect(harness.unload("e") == nil)
        #expect(harness.unload("good") == nil)
        #expect(harness.unload("broken") == nil)
        #expect(eventually { harness.backend.log.alive.load(ordering: .relaxed) == 0 })
        #expect(eventually { owners.alive.load(ordering: .relaxed) == 0 })
    }
}
