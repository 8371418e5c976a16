import Messages
import Testing

@Suite struct ModelInferWriterTests {
    private let quarters: [Float] = [0.25, 0.75]

    private func writeSmall(_ writer: inout ModelInferWriter, _ tensor: UnsafeRawBufferPointer) {
        writer.begin(model: "m" as StaticString, id: "1" as StaticString)
        writer.tensor("y", datatype: InferDatatype.fp32.name, shape: [2])
        writer.rawContents(tensor)
    }

    @Test func `an answer has the bytes that Python writes`() {
        var writer = ModelInferWriter(.response)
        quarters.withUnsafeBytes { tensor in
            writeSmall(&writer, tensor)
            writer.finish()
            #expect(writer.joined() == InferFixtures.smallResponse)
            #expect(writer.byteCount == InferFixtures.smallResponse.count)
            #expect(writer.slices.count == 1)
        }
    }

    @Test func `an answer on a stream has the bytes that Python writes`() {
        var writer = ModelInferWriter(.response)
        quarters.withUnsafeBytes { tensor in
            writeSmall(&writer, tensor)
            writer.finish(inStream: true)
            #expect(writer.joined() == InferFixtures.streamResponse)
        }
    }

    @Test func `an error on a stream is read by the client side`() throws {
        var writer = ModelInferWriter(.response)
        writer.begin(model: "" as StaticString, id: "7" as StaticString)
        writer.finish(inStream: true, error: "no such model")
        let arena = MessageArena()
        for message in [writer.joined(), InferFixtures.streamError] {
            try message.withUnsafeBytes { view in
                let answer = try ModelStreamInferResponse(decoding: view, in: arena)
                #expect(answer.errorMessage == "no such model")
                #expect(try #require(answer.response).id == "7")
            }
        }
    }

    @Test(arguments: [0, 5], [false, true])
    func `large tensors are sent by reference, and the sizes agree`(headroom: Int, inStream: Bool) throws {
        let large = [UInt8](repeating: 7, count: 100_000)
        let other = [UInt8](repeating: 9, count: 3000)
        var writer = ModelInferWriter(.response, headroomBytes: headroom)
        try large.withUnsafeBytes { first in
            try other.withUnsafeBytes { second in
                writer.begin(model: "model", version: "1", id: "id")
                writer.parameter("final", .bool(true))
                writer.parameter("why", text: "full")
                writer.tensor("a", datatype: "UINT8", shape: [100_000])
                writer.tensor("b", datatype: "UINT8", shape: [3000], parameters: [("k", .text(MessageText("v"))), ("n", .int64(-1))])
                writer.tensor("c", datatype: "UINT8", shape: [])
                writer.rawContents(first)
                writer.rawContents(second)
                writer.rawContents(UnsafeRawBufferPointer(start: nil, count: 0))
                writer.finish(inStream: inStream)
                #expect(writer.slices.count == 5)
                #expect(writer.slices[1].bytes.baseAddress == first.baseAddress)
                #expect(writer.slices.map(\.reference) == [nil, 0, nil, 1, nil])
                #expect(writer.slices.reduce(0) { $0 + $1.bytes.count } == writer.byteCount + headroom)
                #expect(writer.headroom.count == headroom)
                let arena = MessageArena()
                try writer.joined().withUnsafeBytes { view in
                    let answer =
                        inStream
                        ? try #require(try ModelStreamInferResponse(decoding: view, in: arena).response)
                        : try ModelInferResponse(decoding: view, in: arena)
                    #expect(answer.modelName == "model")
                    #expect(answer.parameters["final"] == .bool(true))
                    #expect(answer.parameters["why"] == .text(MessageText("full")))
                    #expect(answer.outputs.map { String($0.name) } == ["a", "b", "c"])
                    #expect(answer.outputs[1].parameters["k"] == .text(MessageText("v")))
                    #expect(answer.outputs[1].parameters["n"] == .int64(-1))
                    #expect(answer.rawContents.map(\.count) == [100_000, 3000, 0])
                    #expect(answer.rawContents[0].allSatisfy { $0 == 7 })
                }
            }
        }
    }

    @Test func `a request written by the client is read by the server`() throws {
        var writer = ModelInferWriter(.request)
        let row: [Float] = [1, 2.5, -3]
        try row.withUnsafeBytes { tensor in
            writer.begin(model: "fraud", version: "3", id: "req-1")
            writer.parameter("priority", .uint64(2))
            writer.parameter("ratio", .double(0.5))
            writer.parameter("none", .unset)
            writer.tensor("x", datatype: "FP32", shape: [1, 3])
            writer.requestedOutput("y", parameters: [("classification", .int64(3))])
            writer.rawContents(tensor)
            writer.finish()
            let arena = MessageArena()
            try writer.joined().withUnsafeBytes { view in
                let request = try ModelInferRequest(decoding: view, in: arena)
                #expect(request.modelName == "fraud")
                #expect(request.parameters["priority"] == .uint64(2))
                #expect(request.parameters["ratio"] == .double(0.5))
                #expect(request.parameters["none"] == .unset)
                #expect(request.outputs[0].parameters["classification"] == .int64(3))
                #expect(Array(request.rawContents[0]) == Array(tensor))
            }
        }
    }

    @Test func `a reused writer keeps its memory`() {
        var writer = ModelInferWriter(.response)
        quarters.withUnsafeBytes { tensor in
            writeSmall(&writer, tensor)
            writer.finish()
            let start = writer.slices[0].bytes.baseAddress
            for _ in 0..<100 {
                writeSmall(&writer, tensor)
                writer.finish()
                #expect(writer.slices[0].bytes.baseAddress == start)
                #expect(writer.joined() == InferFixtures.smallResponse)
            }
        }
    }
}
