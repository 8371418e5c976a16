import Engine
import Tensors
import Testing

@Suite struct GeneratorsTests {
    private func number(_ value: Int64) -> Tensor { .int64s([value], .scalar) }

    @Test func `ranges stop before their limit`() throws {
        #expect(try OneNode.run("Range", [number(0), number(10), number(3)])[0].int64s == [0, 3, 6, 9])
        #expect(try OneNode.run("Range", [number(10), number(0), number(-5)])[0].int64s == [10, 5])
        #expect(try OneNode.run("Range", [number(1), number(1), number(1)])[0].count == 0)
        #expect(try OneNode.run("Range", [number(0), number(-5), number(1)])[0].count == 0)
        #expect(try OneNode.run("Range", [.scalar(1), .scalar(2), .scalar(0.25)])[0].floats == [1, 1.25, 1.5, 1.75])
        #expect(try OneNode.run("Range", [.scalar(1), .scalar(-1e30), .scalar(0.25)])[0].count == 0)
        #expect(try OneNode.run("Range", [number(.max - 1), number(.max), number(.max)])[0].int64s == [.max - 1])
    }

    @Test func `ranges without an end are refused`() throws {
        #expect(throws: EngineError.self) { try OneNode.run("Range", [number(0), number(10), number(0)]) }
        #expect(throws: EngineError.self) { try OneNode.run("Range", [number(.min), number(.max), number(1)]) }
        #expect(throws: EngineError.self) { try OneNode.run("Range", [.scalar(0), .scalar(.infinity), .scalar(1)]) }
        #expect(throws: EngineError.self) { try OneNode.run("Range", [.scalar(0), .scalar(.nan), .scalar(1)]) }
        #expect(throws: EngineError.self) { try OneNode.run("Range", [.scalar(0), .scalar(1), .scalar(0)]) }
    }

    @Test func `a shape is filled with one value`() throws {
        let output = try OneNode.run("ConstantOfShape", [.int64s([2, 3], [2])])[0]
        #expect(output.shape == [2, 3] && output.floats.allSatisfy { $0 == 0 })
        let value = ONNX.tensor("value", ONNX.int64s("", [1], [7]))
        #expect(try OneNode.run("ConstantOfShape", [.int64s([2], [1])], [value])[0].int64s == [7, 7])
        #expect(try OneNode.run("ConstantOfShape", [.int64s([], [0])])[0].shape == .scalar)
        #expect(try OneNode.run("ConstantOfShape", [.int64s([0, 4], [2])])[0].shape == [0, 4])
        #expect(throws: EngineError.self) { try OneNode.run("ConstantOfShape", [.int64s([-1], [1])]) }
        #expect(throws: EngineError.self) { try OneNode.run("ConstantOfShape", [.int64s([1 << 40, 1 << 40], [2])]) }
    }

    @Test func `ones lie on a diagonal`() throws {
        let matrix = Tensor.int32s([0, 0, 0, 0, 0, 0], [2, 3])
        #expect(try OneNode.run("EyeLike", [matrix])[0].elements(as: Int32.self) == [1, 0, 0, 0, 1, 0])
        #expect(try OneNode.run("EyeLike", [matrix], [ONNX.int("k", 1), ONNX.int("dtype", 1)])[0].floats == [0, 1, 0, 0, 0, 1])
        #expect(try OneNode.run("EyeLike", [matrix], [ONNX.int("k", .max)])[0].elements(as: Int32.self) == [0, 0, 0, 0, 0, 0])
        #expect(throws: EngineError.self) { try OneNode.run("EyeLike", [.counting([2])]) }
    }
}
