import Engine
import Tensors
import Testing

@Suite struct MatrixTests {
    @Test func `a triangle remains`() throws {
        let x = Tensor.floats([1, 2, 3, 4, 5, 6], [2, 3])
        #expect(try OneNode.run("Trilu", [x])[0].floats == [1, 2, 3, 0, 5, 6])
        #expect(try OneNode.run("Trilu", [x], [ONNX.int("upper", 0)])[0].floats == [1, 0, 0, 4, 5, 0])
        #expect(try OneNode.run("Trilu", [x, .int64s([1], .scalar)])[0].floats == [0, 2, 3, 0, 0, 6])
        #expect(try OneNode.run("Trilu", [x, .int64s([-1], .scalar)], [ONNX.int("upper", 0)])[0].floats == [0, 0, 0, 4, 0, 0])
        for extreme in [Int64.max, .min] {
            let upper = try OneNode.run("Trilu", [x, .int64s([extreme], .scalar)])[0].floats
            #expect(upper == (extreme > 0 ? [0, 0, 0, 0, 0, 0] : x.floats))
        }
        #expect(try OneNode.run("Trilu", [.floats([], [0, 3])])[0].shape == [0, 3])
        #expect(throws: EngineError.self) { try OneNode.run("Trilu", [.counting([3])]) }
    }

    @Test func `determinants and inverses come by elimination`() throws {
        let x = Tensor.floats([0, 1, 2, 3, 1, 2, 3, 4], [2, 2, 2])
        let determinants = try OneNode.run("Det", [x])[0]
        #expect(determinants.shape == [2] && determinants.floats.allSatisfy { abs($0 + 2) < 1e-5 })
        #expect(try OneNode.run("Det", [.floats([1, 2, 2, 4], [2, 2])])[0].floats == [0])
        #expect(try OneNode.run("Det", [.floats([], [0, 0])])[0].floats == [1])
        let inverse = try OneNode.run("Inverse", domain: "com.microsoft", [.floats([0, 2, 4, 0], [2, 2])])[0].floats
        #expect(inverse == [0, 0.25, 0.5, 0])
        #expect(throws: EngineError.self) { try OneNode.run("Inverse", domain: "com.microsoft", [.floats([1, 2, 2, 4], [2, 2])]) }
        #expect(throws: EngineError.self) { try OneNode.run("Det", [.counting([2, 3])]) }
    }
}
