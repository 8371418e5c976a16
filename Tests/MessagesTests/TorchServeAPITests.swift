import Messages
import Testing

@Suite struct TorchServeAPITests {
    @Test func `a request is read as Python wrote it`() throws {
        let arena = MessageArena()
        try PredictFixtures.torchRequest.withUnsafeBytes { view in
            let request = try TorchServeAPI.PredictionsRequest(decoding: view, in: arena)
            #expect(request.modelName == "resnet")
            #expect(request.modelVersion == "1.0")
            #expect(request.sequenceId?.isEmpty == true)
            #expect(request.inputs.count == 1)
            #expect(request.input(named: MessageText("data")).map { Array($0) } == [1, 2, 0])
            #expect(request.input(named: MessageText("body")) == nil)
        }
    }

    @Test func `answers have the bytes that Python writes`() {
        var writer = TorchServeAPI.Writer(headroomBytes: 5)
        Array(#"{"cat": 0.9}"#.utf8).withUnsafeBytes { prediction in
            writer.beginResponse(prediction, sequenceId: MessageText("7"))
            writer.finish()
            #expect(writer.joined() == PredictFixtures.torchResponse)
            #expect(writer.byteCount == PredictFixtures.torchResponse.count)
        }
        writer.beginError(code: 5, message: "no model")
        writer.finish()
        #expect(writer.joined() == PredictFixtures.torchError)
    }

    @Test func `a request written by the client is read by the server`() throws {
        let body = [UInt8](repeating: 3, count: 5000)
        var writer = TorchServeAPI.Writer()
        try body.withUnsafeBytes { body in
            writer.beginRequest(model: "resnet", sequenceId: "")
            writer.input("data", body)
            writer.finish()
            #expect(writer.slices.map(\.reference) == [nil, 0])
            let arena = MessageArena()
            try writer.joined().withUnsafeBytes { view in
                let request = try TorchServeAPI.PredictionsRequest(decoding: view, in: arena)
                #expect(request.sequenceId != nil)
                #expect(request.inputs[0].bytes.count == 5000)
            }
        }
    }

    @Test func `an answer is read by the client`() throws {
        let arena = MessageArena()
        try PredictFixtures.torchError.withUnsafeBytes { view in
            let answer = try TorchServeAPI.PredictionResponse(decoding: view, in: arena)
            #expect(answer.prediction.isEmpty)
            #expect(answer.sequenceId == nil)
            #expect(answer.status?.code == 5)
            #expect(answer.status.map { String($0.message) } == "no model")
        }
    }

    @Test func `messages cut off or damaged never trap`() {
        var random = SplitMix(seed: 13)
        for fixture in [PredictFixtures.torchRequest, PredictFixtures.torchResponse, PredictFixtures.torchError] {
            for count in 0..<fixture.count {
                fixture.withUnsafeBytes { fuzzPredictions(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            }
            for _ in 0..<2000 {
                var message = fixture
                random.damage(&message)
                message.withUnsafeBytes { fuzzPredictions($0) }
            }
        }
    }
}
