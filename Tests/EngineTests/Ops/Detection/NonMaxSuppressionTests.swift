import Engine
import Tensors
import Testing

@Suite struct NonMaxSuppressionTests {
    private let boxes = Tensor.floats([0, 0, 1, 1, 0, 0.1, 1, 1.1, 0, 10, 1, 11], [1, 3, 4])

    private func pick(_ scores: [Float], limit: Int64 = 9, overlap: Float = 0.5, threshold: Float? = nil, centred: Int = 0) throws
        -> [Int64]
    {
        try apply(
            "NonMaxSuppression",
            [
                boxes, .floats(scores, [1, 1, 3]), .int64s([limit], [1]), .floats([overlap], [1]),
                threshold.map { .floats([$0], [1]) },
            ], version: 11, ["center_point_box": .int(centred)])[0].int64s
    }

    @Test func `boxes that overlap a better one are left out`() throws {
        #expect(try pick([0.9, 0.8, 0.7]) == [0, 0, 0, 0, 0, 2])
        #expect(try pick([0.8, 0.9, 0.7]) == [0, 0, 1, 0, 0, 2])
        #expect(try pick([0.9, 0.8, 0.7], overlap: 0.9) == [0, 0, 0, 0, 0, 1, 0, 0, 2])
    }

    @Test func `limits, thresholds and scores that are no numbers`() throws {
        #expect(try pick([0.9, 0.8, 0.95], limit: 1) == [0, 0, 2])
        #expect(try pick([0.9, 0.8, 0.7], limit: 0) == [])
        #expect(try pick([0.9, 0.8, 0.7], threshold: 0.9) == [])
        #expect(try pick([.nan, 0.8, 0.7]).prefix(3) == [0, 0, 1])
        #expect(try pick([.nan, .nan, .nan], threshold: 0) == [])
    }

    @Test func `an overlap beyond 1 is refused`() {
        #expect(throws: EngineError.self) { try pick([1, 2, 3], overlap: 1.5) }
        #expect(throws: EngineError.self) { try pick([1, 2, 3], overlap: .nan) }
    }
}
