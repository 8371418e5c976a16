import Engine
import Tensors
import Testing

@Suite struct BinaryOperationTests {
    /// The sum of two tensors by the rule of broadcasting, an element at a time.
    private func sum(_ a: Tensor, _ b: Tensor) -> (Shape, [Float]) {
        let rank = max(a.shape.rank, b.shape.rank)
        func extent(_ shape: Shape, _ axis: Int) -> Int { axis < rank - shape.rank ? 1 : shape[axis - (rank - shape.rank)] }
        let shape = Shape((0..<rank).map { extent(a.shape, $0) == 1 ? extent(b.shape, $0) : extent(a.shape, $0) })
        func offset(_ tensor: Tensor, _ index: Int) -> Int {
            var (rest, offset, stride) = (index, 0, 1)
            for axis in (0..<rank).reversed() {
                let position = rest % shape[axis]
                rest /= shape[axis]
                let own = extent(tensor.shape, axis)
                if own != 1 { offset += position * stride }
                stride *= own
            }
            return offset
        }
        let (x, y) = (a.floats, b.floats)
        return (shape, (0..<shape.count).map { x[offset(a, $0)] + y[offset(b, $0)] })
    }

    private static let shapes: [(Shape, Shape)] = [
        ([3, 4, 5], [3, 4, 5]), ([3, 4, 5], [5]), ([3, 4, 5], [4, 1]), ([3, 1, 5], [1, 4, 1]), (.scalar, [2, 3]), ([2, 3], .scalar),
        (.scalar, .scalar), ([2, 3, 4, 5], [3, 1, 1]), ([0, 3], [1, 3]), ([0, 3], [3]), ([1, 0], [4, 1]), ([1000], [1]),
        ([2, 1, 3, 1, 2], [1, 4, 1, 5, 1]), ([70, 3], [3]), ([70, 33], [70, 1]), ([1, 1], [1, 1, 1]),
    ]

    @Test(arguments: shapes.indices) func `operands are broadcast`(row: Int) throws {
        let (a, b) = Self.shapes[row]
        let (x, y) = (Tensor.scattered(a), Tensor.scattered(b, seed: 5))
        let (shape, expected) = sum(x, y)
        let output = try OneNode.run("Add", [x, y])[0]
        #expect(output.shape == shape)
        #expect(output.floats == expected)
        // The same through the path of a function without a kernel, and that of a converted type.
        let integers = try OneNode.run(
            "Add",
            [
                Tensor(x.floats.map { Int16($0 * 100) }, dataType: .int16, shape: a),
                Tensor(y.floats.map { Int16($0 * 100) }, dataType: .int16, shape: b),
            ])[0]
        let (_, whole) = sum(.floats(x.floats.map { Float(Int16($0 * 100)) }, a), .floats(y.floats.map { Float(Int16($0 * 100)) }, b))
        #expect(integers.shape == shape)
        #expect(integers.elements(as: Int16.self).map(Float.init) == whole)
    }

    @Test func `shapes that do not fit are refused before and at a run`() throws {
        #expect(throws: EngineError.self) {
            try OneNode.load("Add", [.counting([2, 3]), .counting([2, 4])], dims: [["2", "3"], ["2", "4"]])
        }
        let model = try OneNode.load("Add", [.counting([2, 3]), .counting([2, 4])])
        #expect(throws: EngineError.self) { try model.run([.counting([2, 3]), .counting([2, 4])]) }
        #expect(throws: EngineError.self) { try OneNode.run("Add", [.counting([2]), .int64s([1, 2], [2])]) }
    }

    @Test func `integers divide towards zero, wrap, and never trap`() throws {
        let a = Tensor.int32s([7, -7, 7, .min, 5], [5])
        let b = Tensor.int32s([2, 2, -2, -1, 0], [5])
        #expect(try OneNode.run("Div", [a, b])[0].elements(as: Int32.self) == [3, -3, -3, .min, 0])
        let (c, d) = (Tensor.int64s([.min, 3], [2]), Tensor.int64s([-1, 0], [2]))
        #expect(try OneNode.run("Div", [c, d])[0].int64s == [.min, 0])
        #expect(try OneNode.run("Mod", [c, d])[0].int64s == [0, 0])
        #expect(try OneNode.run("Mod", [c, d], [ONNX.int("fmod", 1)])[0].int64s == [0, 0])
        #expect(try OneNode.run("Add", [.uint8s([250], [1]), .uint8s([10], [1])])[0].elements(as: UInt8.self) == [4])
        #expect(try OneNode.run("Mul", [.int8s([100], [1]), .int8s([3], [1])])[0].elements(as: Int8.self) == [44])
    }

    @Test func `a modulus has the sign of the divisor, or with fmod of the dividend`() throws {
        let (a, b) = (Tensor.int32s([-4, 7, 5, 4, -7, 8], [6]), Tensor.int32s([2, -3, 8, -2, 3, 5], [6]))
        #expect(try OneNode.run("Mod", [a, b])[0].elements(as: Int32.self) == [0, -2, 5, 0, 2, 3])
        #expect(try OneNode.run("Mod", [a, b], [ONNX.int("fmod", 1)])[0].elements(as: Int32.self) == [0, 1, 5, 0, -1, 3])
        let floats = try OneNode.run("Mod", version: 28, [.floats([5.5, -5.5, -4], [3]), .floats([-2, 2, 2], [3])])[0].floats
        #expect(floats == [-0.5, 0.5, 0])
    }

    @Test func `the old form lines axes up from the given one on`() throws {
        let (a, b) = (Tensor.counting([2, 3, 2]), Tensor.floats([10, 20, 30], [3]))
        let attributes = [ONNX.int("broadcast", 1), ONNX.int("axis", 1)]
        let output = try OneNode.run("Add", version: 6, [a, b], attributes)[0]
        #expect(output.floats == [10, 11, 22, 23, 34, 35, 16, 17, 28, 29, 40, 41])
        #expect(
            try OneNode.run("Add", version: 6, [a, .floats([1, 2], [2])], [ONNX.int("broadcast", 1)])[0].floats[0..<4] == [1, 3, 3, 5])
    }

    @Test func `half precision is rounded once`() throws {
        let a: [Float16] = [1, 2048, 0.1, .greatestFiniteMagnitude]
        let b: [Float16] = [0.000_488_3, 1, 0.2, .greatestFiniteMagnitude]
        let output = try OneNode.run("Add", [.halves(a, [4]), .halves(b, [4])])[0].elements(as: Float16.self)
        #expect(output == zip(a, b).map { $0 + $1 })
        let brain = Tensor([BFloat16(1.5), BFloat16(-2)], dataType: .bfloat16, shape: [2])
        #expect(try OneNode.run("Mul", [brain, brain])[0].elements(as: BFloat16.self).map(\.float) == [2.25, 4])
    }

    @Test func `powers take exponents of another type`() throws {
        #expect(try OneNode.run("Pow", [.floats([2, 3, 4], [3]), .int64s([3, 2, 0], [3])])[0].floats == [8, 9, 1])
        #expect(
            try OneNode.run("Pow", [.int64s([3, -2, 2, 0], [4]), .int64s([30, 3, -1, -1], [4])])[0].int64s == [
                205_891_132_094_649, -8, 0, 0,
            ])
        #expect(try OneNode.run("Pow", [.int32s([4], [1]), .floats([0.5], [1])])[0].elements(as: Int32.self) == [2])
    }

    @Test func `an exponent gives the same bits however it is broadcast`() throws {
        let x = Tensor.scattered([64])
        let magnitudes = Tensor.floats(x.floats.map(abs), [64])
        for exponent in [Float(2), 3, 0.5, 1.7] {
            let scalar = try OneNode.run("Pow", [magnitudes, .scalar(exponent)])[0]
            let full = try OneNode.run("Pow", [magnitudes, .floats([Float](repeating: exponent, count: 64), [64])])[0]
            #expect(scalar.bits == full.bits)
        }
    }
}
