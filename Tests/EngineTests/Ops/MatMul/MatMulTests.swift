import Engine
import Tensors
import Testing

@Suite struct MatMulTests {
    @Test func `matrices, vectors and batches`() throws {
        let a = Tensor.floats([1, 2, 3, 4, 5, 6], [2, 3])
        let b = Tensor.floats([1, 0, 0, 1, 1, 1], [3, 2])
        #expect(try apply("MatMul", [a, b])[0].floats == [4, 5, 10, 11])
        #expect(try apply("MatMul", [a, .floats([1, 1, 1], [3])])[0].floats == [6, 15])
        #expect(try apply("MatMul", [.floats([1, 1], [2]), a])[0].floats == [5, 7, 9])
        let dot = try apply("MatMul", [.floats([1, 2], [2]), .floats([3, 4], [2])])[0]
        #expect(dot.shape == .scalar && dot.floats == [11])
        let batched = try apply("MatMul", [.counting([2, 1, 1, 3]), .counting([4, 3, 2])])[0]
        #expect(batched.shape == [2, 4, 1, 2])
        #expect(batched.floats.prefix(4) == [10, 13, 28, 31])
    }

    @Test(arguments: [DataType.float64, .int32, .int64, .uint32, .uint64, .float16, .bfloat16]) func `every type of the standard`(type: DataType) throws {
        let cast = { (t: Tensor) throws -> Tensor in try apply("Cast", [t], ["to": .int(Int(type.onnx))])[0] }
        let y = try apply("MatMul", [cast(.floats([1, 2, 3, 4], [2, 2])), cast(.floats([5, 6, 7, 8], [2, 2]))])[0]
        #expect(y.dataType == type)
        #expect(try apply("Cast", [y], ["to": .int(1)])[0].floats == [19, 22, 43, 50])
    }

    @Test func `integers wrap around`() throws {
        let y = try apply("MatMul", [.int32s([.max], [1, 1]), .int32s([2], [1, 1])])[0]
        #expect(y.elements(as: Int32.self) == [-2])
    }

    @Test func `nothing times nothing`() throws {
        #expect(try apply("MatMul", [.floats([], [2, 0]), .floats([], [0, 3])])[0].floats == [0, 0, 0, 0, 0, 0])
        #expect(try apply("MatMul", [.floats([], [0, 2]), .scattered([2, 3])])[0].shape == [0, 3])
        #expect(try apply("MatMul", [.floats([], [0, 4, 2]), .scattered([2, 3])])[0].shape == [0, 4, 3])
        #expect(try apply("MatMul", [.scattered([4, 2]), .floats([], [2, 0])])[0].shape == [4, 0])
    }

    @Test func `what does not fit is refused`() {
        #expect(fault("MatMul", [.scattered([2, 3]), .scattered([2, 3])]) != nil)
        #expect(fault("MatMul", [.scattered([2, 2, 3]), .scattered([3, 3, 2])]) != nil)
        #expect(fault("MatMul", [.scalar(1), .scattered([3])]) != nil)
        #expect(fault("MatMul", [.scattered([2, 2]), .doubles([1, 2, 3, 4], [2, 2])]) != nil)
    }

    @Test(arguments: [1, 5, 33, 100]) func `a row has the same bits alone and among others`(depth: Int) throws {
        for columns in [1, 7, 32, 65] {
            let (a, b) = (Tensor.scattered([9, depth]), Tensor.scattered([depth, columns], seed: 4))
            try expectSameBitsAlone("MatMul", [(a, 0), (b, nil)])
            try expectSameBitsAlone("Gemm", [(a, 0), (b, nil), (.scattered([columns], seed: 8), nil)], ["alpha": .float(0.5), "beta": .float(2)])
        }
        try expectSameBitsAlone("MatMul", [(.scattered([4, 3, depth]), 0), (.scattered([4, depth, 5], seed: 4), 0)])
        try expectSameBitsAlone("MatMul", [(.scattered([4, 3, 2, depth]), 0), (.scattered([3, depth, 5], seed: 4), nil)])
    }

    @Test func `transposed operands and a factor may be fused`() throws {
        let (a, b) = (Tensor.scattered([4, 3]), Tensor.scattered([5, 4], seed: 2))
        let plain = try apply("MatMul", [apply("Transpose", [a])[0], apply("Transpose", [b])[0]])[0].floats
        let fused = try apply("FusedMatMul", [a, b], version: 1, domain: "com.microsoft", ["transA": .int(1), "transB": .int(1), "alpha": .float(0.5)])[0]
        expectClose(fused.floats, plain.map { 0.5 * $0 })
    }

    @Test func `where the rows may be`() throws {
        func verdict(_ a: [String], _ b: [String]) throws -> Batchability {
            try OneNode.load("MatMul", [.scattered(Shape(a.map { _ in 2 })), .scattered(Shape(b.map { _ in 2 }))], dims: [a, b]).batchability
        }
        #expect(try verdict(["n", "2", "2"], ["n", "2", "2"]) == .batchable)
        #expect(try verdict(["n", "2"], ["n", "2"]) != .batchable)
        func constant(_ a: [String], _ dims: [Int64]) throws -> Batchability {
            let graph = ONNX.graph(
                [ONNX.node("MatMul", ["x", "w"], ["y"])], inputs: [ONNX.value("x", 1, a)], outputs: [ONNX.value("y", 1, nil)],
                initializers: [ONNX.floats("w", dims, [Float](repeating: 1, count: Int(dims.reduce(1, *))))])
            return try Model.load(bytes: ONNX.model(graph)).batchability
        }
        #expect(try constant(["n", "2"], [2, 3]) == .batchable)
        #expect(try constant(["n", "5", "2"], [2, 3]) == .batchable)
        #expect(try constant(["n", "5", "2"], [1, 2, 3]) == .batchable)
        #expect(try constant(["n", "5", "2"], [4, 2, 3]) != .batchable)
    }
}

@Suite struct GemmTests {
    @Test func `the bias broadcasts in every way`() throws {
        let (a, b) = (Tensor.floats([1, 2, 3, 4], [2, 2]), Tensor.floats([1, 0, 0, 1], [2, 2]))
        let rows: [(Tensor?, [Float])] = [
            (nil, [1, 2, 3, 4]), (.scalar(10), [11, 12, 13, 14]), (.floats([10], [1]), [11, 12, 13, 14]), (.floats([10, 20], [2]), [11, 22, 13, 24]),
            (.floats([10, 20], [2, 1]), [11, 12, 23, 24]), (.floats([10, 20], [1, 2]), [11, 22, 13, 24]), (.floats([1, 2, 3, 4], [2, 2]), [2, 4, 6, 8]),
        ]
        for (c, expected) in rows {
            for version in [7, 9, 11, 13] { #expect(try apply("Gemm", [a, b, c], version: version)[0].floats == expected) }
        }
    }

    @Test func `both operands may be transposed`() throws {
        let (a, b) = (Tensor.counting([3, 2]), Tensor.counting([4, 3]))
        let plain = try apply("MatMul", [apply("Transpose", [a])[0], apply("Transpose", [b])[0]])[0].floats
        #expect(try apply("Gemm", [a, b], ["transA": .int(1), "transB": .int(1)])[0].floats == plain)
        #expect(try apply("Gemm", [a, b], ["transA": .int(1), "transB": .int(1), "alpha": .float(2)])[0].floats == plain.map { 2 * $0 })
        #expect(try apply("Gemm", [.floats([], [0, 3]), .counting([3, 2]), .floats([1, 2], [2])])[0].shape == [0, 2])
        #expect(try apply("Gemm", [.floats([], [2, 0]), .floats([], [0, 2]), .floats([1, 2], [2])])[0].floats == [1, 2, 1, 2])
    }

    @Test func `what does not fit is refused`() {
        let a = Tensor.scattered([2, 2])
        #expect(fault("Gemm", [a, .scattered([3, 2])]) != nil)
        #expect(fault("Gemm", [a, a, .scattered([3])]) != nil)
        #expect(fault("Gemm", [a, a, .scattered([1, 2, 2])]) != nil)
        #expect(fault("Gemm", [.scattered([2, 2, 2]), a]) != nil)
        #expect(fault("Gemm", [.int64s([1], [1, 1]), .int64s([1], [1, 1])], ["alpha": .float(0.5)])?.code == .unsupported)
    }
}
