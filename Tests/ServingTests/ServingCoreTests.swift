import Batching
import Serving
import Testing

@Suite struct `the way from a repository to a reply` {
    @Test(arguments: [false, true]) func `a model without configuration answers`(inline: Bool) {
        let harness = Harness(["double/1/model.test": "factor 2\nend\n"], inline: inline)
        let reply = harness.ask("double", rows: [[1, 2], [3, 4]])
        #expect(reply.error == nil)
        #expect(reply.floats() == [3, 5, 7, 9])
        #expect(reply.outputs.first?.dims == [2, 2])
        #expect(reply.servedBy?.number == 1)
        #expect(reply.timing.batchRows == 2)
        #expect(reply.timing.closeReason == (inline ? .inline : .idleLane))
    }

    @Test func `an unknown model is not found`() {
        let harness = Harness()
        let reply = harness.ask("nobody", rows: [[1, 2]])
        #expect(reply.error?.code == .notFound)
        #expect(reply.error?.message == "Request for unknown model: 'nobody' is not found")
    }

    @Test func `an unknown version is not found`() {
        let harness = Harness(["double/1/model.test": "end\n"])
        let reply = harness.ask("double", rows: [[1, 2]], version: .number(7))
        #expect(reply.error == ServingError(.notFound, "Request for unknown model: 'double' version 7 is not found"))
    }

    @Test func `a request made again after a reset is a new one`() {
        let harness = Harness(["double/1/model.test": "end\n"])
        let collector = Collector()
        let request = harness.ask("double", rows: [[1, 2]])
        for round in 1...5 {
            request.reset()
            request.model = "double"
            request.inputs = [InputTensor(name: "x", tensor([[Float(round), 0]]))]
            request.sink = collector
            harness.core.submit(request)
            #expect(collector.wait(for: round))
            #expect(request.floats() == [Float(round) * 2 + 1, 1])
        }
    }
}
