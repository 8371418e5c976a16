import Engine
import Tensors
import Testing

@Suite struct ReduceOperationTests {
    private let x = Tensor.floats([1, -2, 3, 4, 5, -6], [2, 3])

    private static let rows: [(name: String, expected: [Float])] = [
        ("ReduceSum", [2, 3]), ("ReduceMean", [2.0 / 3, 1]), ("ReduceMax", [3, 5]), ("ReduceMin", [-2, -6]), ("ReduceProd", [-6, -120]),
        ("ReduceL1", [6, 15]), ("ReduceL2", [3.741_657_4, 8.774_964]), ("ReduceSumSquare", [14, 77]),
        ("ReduceLogSum", [0.693_147_2, 1.098_612_3]), ("ReduceLogSumExp", [3.132_845, 5.313_274]),
    ]

    @Test(arguments: rows.indices) func `every reduction folds an axis in every form`(row: Int) throws {
        let (name, expected) = Self.rows[row]
        func check(_ output: Tensor, _ shape: Shape) {
            #expect(output.shape == shape)
            for (mine, wanted) in zip(output.floats, expected) { #expect(abs(mine - wanted) < 2e-5, "\(mine)") }
        }
        check(try OneNode.run(name, version: 11, [x], [ONNX.ints("axes", [-1])])[0], [2, 1])
        check(try OneNode.run(name, version: 11, [x], [ONNX.ints("axes", [1]), ONNX.int("keepdims", 0)])[0], [2])
        check(try OneNode.run(name, [x, .int64s([1], [1])])[0], [2, 1])
        // The same elements in columns.
        let columns = Tensor.floats([1, 4, -2, 5, 3, -6], [3, 2])
        check(try OneNode.run(name, [columns, .int64s([0], [1])], [ONNX.int("keepdims", 0)])[0], [2])
    }

    @Test func `no axes mean all or none`() throws {
        #expect(try OneNode.run("ReduceSum", [x])[0].floats == [5])
        #expect(try OneNode.run("ReduceSum", [x])[0].shape == [1, 1])
        #expect(try OneNode.run("ReduceSum", [x], [ONNX.int("noop_with_empty_axes", 1)])[0].floats == x.floats)
        #expect(
            try OneNode.run("ReduceSumSquare", [x, .int64s([], [0])], [ONNX.int("noop_with_empty_axes", 1)])[0].floats == [
                1, 4, 9, 16, 25, 36,
            ])
        #expect(try OneNode.run("ReduceSum", [.scalar(3)])[0].shape == .scalar)
    }

    @Test func `axes that are apart are folded together`() throws {
        let cube = Tensor.counting([2, 3, 2, 2])
        let output = try OneNode.run("ReduceSum", [cube, .int64s([0, 2], [2])], [ONNX.int("keepdims", 0)])[0]
        #expect(output.shape == [3, 2])
        #expect(output.floats == [28, 32, 44, 48, 60, 64])
        let inner = try OneNode.run("ReduceMax", [cube, .int64s([1, 3], [2])], [ONNX.int("keepdims", 0)])[0]
        #expect(inner.floats == [9, 11, 21, 23])
    }

    @Test func `nothing has a sum, and no largest`() throws {
        let empty = Tensor.floats([], [2, 0])
        #expect(try OneNode.run("ReduceSum", [empty, .int64s([1], [1])])[0].floats == [0, 0])
        #expect(try OneNode.run("ReduceProd", [empty, .int64s([1], [1])])[0].floats == [1, 1])
        #expect(try OneNode.run("ReduceMax", version: 20, [empty, .int64s([1], [1])])[0].floats == [-.infinity, -.infinity])
        #expect(try OneNode.run("ReduceLogSumExp", [empty, .int64s([1], [1])])[0].floats == [-.infinity, -.infinity])
        #expect(try OneNode.run("ReduceMin", version: 20, [.int8s([], [0, 1]), .int64s([0], [1])])[0].elements(as: Int8.self) == [127])
        #expect(try OneNode.run("ReduceMax", version: 20, [.bools([], [0, 1]), .int64s([0], [1])])[0].bools == [false])
        #expect(try OneNode.run("ReduceSum", [.floats([], [0, 3]), .int64s([1], [1])])[0].shape == [0, 1])
    }

    @Test func `NaN is the largest and the smallest`() throws {
        var values = [Float](repeating: 1, count: 50)
        values[33] = .nan
        for name in ["ReduceMax", "ReduceMin", "ReduceSum"] { #expect(try OneNode.run(name, [.floats(values, [50])])[0].floats[0].isNaN) }
    }

    @Test func `exponentials do not overflow`() throws {
        #expect(abs(try OneNode.run("ReduceLogSumExp", [.floats([1000, 1000], [2])])[0].floats[0] - 1000.6931) < 1e-3)
        #expect(try OneNode.run("ReduceLogSumExp", [.floats([-.infinity, -.infinity], [2])])[0].floats == [-.infinity])
    }

    @Test func `integers wrap and divide towards zero`() throws {
        #expect(try OneNode.run("ReduceMean", [.int32s([-3, -4], [2])])[0].elements(as: Int32.self) == [-3])
        #expect(try OneNode.run("ReduceSum", [.int32s([.max, 1], [2])])[0].elements(as: Int32.self) == [.min])
        #expect(try OneNode.run("ReduceMax", version: 20, [.bools([false, true], [2])])[0].bools == [true])
    }

    @Test func `half precision is summed in single`() throws {
        let ones = Tensor.halves([Float16](repeating: 1, count: 4096), [4096])
        #expect(try OneNode.run("ReduceSum", [ones])[0].elements(as: Float16.self) == [4096])
    }

    @Test func `an axis outside the tensor is refused`() throws {
        #expect(throws: EngineError.self) { try OneNode.run("ReduceSum", version: 11, [x], [ONNX.ints("axes", [2])]) }
        #expect(throws: EngineError.self) { try OneNode.run("ReduceSum", [x, .int64s([-3], [1])]) }
        #expect(throws: EngineError.self) { try OneNode.run("ReduceSum", [x, .int64s([.max], [1])]) }
    }
}
