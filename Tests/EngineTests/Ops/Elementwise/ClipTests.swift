import Engine
import Tensors
import Testing

@Suite struct ClipTests {
    private let x = Tensor.floats([-3, 0, 3, .nan], [4])

    @Test func `limits are inputs, each of which may be left out`() throws {
        let both = try OneNode.run("Clip", [x, .scalar(-1), .scalar(2)])[0].floats
        #expect(both[0..<3] == [-1, 0, 2] && both[3].isNaN)
        #expect(try OneNode.run("Clip", [x, nil, .scalar(2)])[0].floats[0..<3] == [-3, 0, 2])
        #expect(try OneNode.run("Clip", [x, .scalar(-1)])[0].floats[0..<3] == [-1, 0, 3])
    }

    @Test func `the upper limit wins over a lower one above it`() throws {
        #expect(try OneNode.run("Clip", [x, .scalar(2), .scalar(1)])[0].floats[0..<3] == [1, 1, 1])
    }

    @Test func `a limit left out is the last finite value`() throws {
        let output = try OneNode.run("Clip", [.floats([.infinity, -.infinity], [2])])[0].floats
        #expect(output == [.greatestFiniteMagnitude, -.greatestFiniteMagnitude])
        #expect(try OneNode.run("Clip", [.halves([.infinity], [1])])[0].elements(as: Float16.self) == [.greatestFiniteMagnitude])
    }

    @Test func `limits were attributes once`() throws {
        let attributes = [ONNX.float("min", -1), ONNX.float("max", 1)]
        #expect(try OneNode.run("Clip", version: 6, [x], attributes)[0].floats[0..<3] == [-1, 0, 1])
    }

    @Test func `integers have limits of their own type`() throws {
        let x = Tensor.int8s([-100, 0, 100], [3])
        #expect(try OneNode.run("Clip", [x, .int8s([-5], .scalar), .int8s([50], .scalar)])[0].elements(as: Int8.self) == [-5, 0, 50])
        #expect(throws: EngineError.self) { try OneNode.run("Clip", [x, .scalar(1)]) }
        #expect(throws: EngineError.self) { try OneNode.run("Clip", [x, .int8s([1, 2], [2])]) }
    }
}
