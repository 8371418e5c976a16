import Engine
import Tensors
import Testing

@Suite struct LogicTests {
    @Test func `comparisons hold for no NaN`() throws {
        let (a, b) = (Tensor.floats([1, 2, .nan, 3], [4]), Tensor.floats([2, 2, .nan, 1], [4]))
        #expect(try OneNode.run("Equal", [a, b])[0].bools == [false, true, false, false])
        #expect(try OneNode.run("Less", [a, b])[0].bools == [true, false, false, false])
        #expect(try OneNode.run("LessOrEqual", [a, b])[0].bools == [true, true, false, false])
        #expect(try OneNode.run("Greater", [a, b])[0].bools == [false, false, false, true])
        #expect(try OneNode.run("GreaterOrEqual", [a, b])[0].bools == [false, true, false, true])
    }

    @Test func `integers compare in full, signed or not`() throws {
        let large = Tensor([UInt64.max, 1], dataType: .uint64, shape: [2])
        let small = Tensor([UInt64.max - 1, 2], dataType: .uint64, shape: [2])
        #expect(try OneNode.run("Greater", [large, small])[0].bools == [true, false])
        #expect(try OneNode.run("Less", [.int64s([.min], [1]), .int64s([.max], [1])])[0].bools == [true])
    }

    @Test func `strings and truth values can be equal`() throws {
        let (a, b) = (Tensor(strings: ["x", "y"], shape: [2, 1]), Tensor(strings: ["x", "z"], shape: [2]))
        #expect(try OneNode.run("Equal", version: 19, [a, b])[0].bools == [true, false, false, false])
        #expect(try OneNode.run("Equal", [.bools([true, false], [2]), .bools([true], [1])])[0].bools == [true, false])
        #expect(throws: EngineError.self) { try OneNode.run("Less", version: 19, [a, b]) }
    }

    @Test func `truth values combine, and any byte but zero is true`() throws {
        let a = Tensor([UInt8(0), 0, 1, 255], dataType: .bool, shape: [4])
        let b = Tensor([UInt8(0), 7, 0, 2], dataType: .bool, shape: [4])
        #expect(try OneNode.run("And", [a, b])[0].elements(as: UInt8.self) == [0, 0, 0, 1])
        #expect(try OneNode.run("Or", [a, b])[0].elements(as: UInt8.self) == [0, 1, 1, 1])
        #expect(try OneNode.run("Xor", [a, b])[0].elements(as: UInt8.self) == [0, 1, 1, 0])
        #expect(try OneNode.run("Not", [a])[0].elements(as: UInt8.self) == [1, 1, 0, 0])
    }

    @Test func `bits combine and shift, further than they are wide as well`() throws {
        let (a, b) = (Tensor.uint8s([0b1100, 255], [2]), Tensor.uint8s([0b1010, 1], [2]))
        #expect(try OneNode.run("BitwiseAnd", [a, b])[0].elements(as: UInt8.self) == [0b1000, 1])
        #expect(try OneNode.run("BitwiseOr", [a, b])[0].elements(as: UInt8.self) == [0b1110, 255])
        #expect(try OneNode.run("BitwiseXor", [a, b])[0].elements(as: UInt8.self) == [0b0110, 254])
        let (x, distance) = (Tensor.int8s([-8, -8, 64, -1], [4]), Tensor.int8s([1, -1, 2, 100], [4]))
        #expect(
            try OneNode.run("BitShift", version: 28, [x, distance], [ONNX.string("direction", "RIGHT")])[0].elements(as: Int8.self) == [
                -4, -1, 16, -1,
            ])
        #expect(
            try OneNode.run("BitShift", version: 28, [x, distance], [ONNX.string("direction", "LEFT")])[0].elements(as: Int8.self) == [
                -16, 0, 0, 0,
            ])
        #expect(throws: EngineError.self) { try OneNode.run("BitShift", version: 28, [x, distance], [ONNX.string("direction", "UP")]) }
    }

    @Test func `infinities and NaN are found`() throws {
        let x = Tensor.floats([1, .nan, .infinity, -.infinity], [4])
        #expect(try OneNode.run("IsNaN", version: 20, [x])[0].bools == [false, true, false, false])
        #expect(try OneNode.run("IsInf", version: 20, [x])[0].bools == [false, false, true, true])
        let eight = Tensor([UInt8(0x7C), 0x7E, 0x3C], dataType: .float8E5M2, shape: [3])
        #expect(try OneNode.run("IsInf", version: 20, [eight])[0].bools == [true, false, false])
        #expect(try OneNode.run("IsNaN", version: 20, [eight])[0].bools == [false, true, false])
    }
}
