import Engine
import Tensors
import Testing

@Suite struct AlongAxisTests {
    private let x = Tensor.floats([1, 5, 5, 2, 2, 0], [2, 3])

    @Test func `the first of equals is found, or the last`() throws {
        #expect(try OneNode.run("ArgMax", [x], [ONNX.int("axis", 1)])[0].int64s == [1, 0])
        #expect(try OneNode.run("ArgMax", [x], [ONNX.int("axis", 1), ONNX.int("select_last_index", 1)])[0].int64s == [2, 1])
        #expect(try OneNode.run("ArgMin", [x], [ONNX.int("axis", -1), ONNX.int("keepdims", 0)])[0].int64s == [0, 2])
        #expect(try OneNode.run("ArgMin", [x])[0].shape == [1, 3])
        #expect(try OneNode.run("ArgMax", [x])[0].int64s == [1, 0, 0])
    }

    @Test func `wide columns are searched in pieces`() throws {
        let wide = Tensor.scattered([3, 700])
        let values = wide.floats
        let expected = (0..<700).map { column in
            (0..<3).max { values[$0 * 700 + column] < values[$1 * 700 + column] }.map(Int64.init) ?? 0
        }
        #expect(try OneNode.run("ArgMax", [wide])[0].int64s == expected)
    }

    @Test func `nothing to search is the request's fault`() throws {
        #expect(throws: EngineError.self) { try OneNode.run("ArgMax", [.floats([], [2, 0])], [ONNX.int("axis", 1)]) }
        #expect(throws: EngineError.self) { try OneNode.run("ArgMax", [x], [ONNX.int("axis", 2)]) }
        #expect(try OneNode.run("ArgMax", [.floats([], [0, 2])], [ONNX.int("axis", 1)])[0].shape == [0, 1])
    }

    @Test func `sums accumulate in four ways`() throws {
        let axis = Tensor(Array([Int64(1)]), dataType: .int64, shape: .scalar)
        func sum(_ exclusive: Int64, _ reverse: Int64) throws -> [Float] {
            try OneNode.run("CumSum", [x, axis], [ONNX.int("exclusive", exclusive), ONNX.int("reverse", reverse)])[0].floats
        }
        #expect(try sum(0, 0) == [1, 6, 11, 2, 4, 4])
        #expect(try sum(1, 0) == [0, 1, 6, 0, 2, 4])
        #expect(try sum(0, 1) == [11, 10, 5, 4, 2, 0])
        #expect(try sum(1, 1) == [10, 5, 0, 2, 0, 0])
        #expect(try OneNode.run("CumProd", version: 26, [x, axis])[0].floats == [1, 5, 25, 2, 4, 0])
        #expect(throws: EngineError.self) { try OneNode.run("CumSum", [x, .int64s([2], [1])]) }
        #expect(throws: EngineError.self) { try OneNode.run("CumSum", [x, .int64s([0, 1], [2])]) }
    }

    @Test func `one is hot along an axis, or along all from there on`() throws {
        #expect(try OneNode.run("Hardmax", [x])[0].floats == [0, 1, 0, 1, 0, 0])
        #expect(try OneNode.run("Hardmax", [x], [ONNX.int("axis", 0)])[0].floats == [0, 1, 1, 1, 0, 0])
        #expect(try OneNode.run("Hardmax", version: 11, [x], [ONNX.int("axis", 0)])[0].floats == [0, 1, 0, 0, 0, 0])
    }
}
