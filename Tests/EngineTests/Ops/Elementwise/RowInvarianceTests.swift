import Engine
import Tensors
import Testing

@Suite struct RowInvarianceTests {
    private static let unary = [
        "Exp", "Log", "Sin", "Cos", "Tanh", "Sigmoid", "Erf", "Sqrt", "Softplus", "Mish", "Gelu", "HardSwish", "Elu", "Selu", "Atan",
        "Reciprocal",
    ]

    @Test(arguments: unary) func `a row has the same bits alone and among others`(name: String) throws {
        let (rows, width) = (7, 37)
        let x = Tensor.scattered([rows, width])
        let model = try OneNode.load(name, version: 20, [x])
        let together = try #require(try model.run([x])[0].tensor).bits
        for row in 0..<rows {
            let alone = Tensor.floats(Array(x.floats[row * width..<(row + 1) * width]), [1, width])
            #expect(try #require(try model.run([alone])[0].tensor).bits == Array(together[row * width..<(row + 1) * width]))
        }
    }

    @Test(arguments: ["Add", "Sub", "Mul", "Div", "Max", "Min", "Pow"]) func `so it has beside a second operand`(name: String) throws {
        let (rows, width) = (5, 19)
        let x = Tensor.floats(Tensor.scattered([rows, width]).floats.map(abs), [rows, width])
        let operands = [Tensor.scattered([width], seed: 9), .scalar(1.3), Tensor.scattered([1, width], seed: 4)]
        for operand in operands {
            let model = try OneNode.load(name, [x, operand])
            let together = try #require(try model.run([x, operand])[0].tensor).bits
            for row in 0..<rows {
                let alone = Tensor.floats(Array(x.floats[row * width..<(row + 1) * width]), [1, width])
                #expect(try #require(try model.run([alone, operand])[0].tensor).bits == Array(together[row * width..<(row + 1) * width]))
            }
        }
    }

    @Test(arguments: ["ReduceSum", "ReduceMean", "ReduceL2", "ReduceLogSumExp", "ReduceMax", "ReduceSumSquare", "ReduceProd"])
    func `so it has after a reduction of its own axes`(name: String) throws {
        let rows = 4
        for (shape, axis) in [([rows, 301], 1), ([rows, 33, 5], 1), ([rows, 3, 70], 2)] as [([Int], Int64)] {
            let x = Tensor.scattered(Shape(shape))
            let model = try OneNode.load(name, version: 11, [x], [ONNX.ints("axes", [axis])])
            let together = try #require(try model.run([x])[0].tensor).bits
            let (width, kept) = (x.count / rows, together.count / rows)
            for row in 0..<rows {
                let alone = Tensor.floats(Array(x.floats[row * width..<(row + 1) * width]), Shape([1] + shape.dropFirst()))
                #expect(try #require(try model.run([alone])[0].tensor).bits == Array(together[row * kept..<(row + 1) * kept]))
            }
        }
    }

    @Test(arguments: ["ReduceSum", "ReduceMean", "ReduceL2", "ReduceLogSumExp"])
    func `so it has when rows lie behind the axis that is reduced, or between two`(name: String) throws {
        for (shape, axes, rowAxis) in [([33, 5, 1], [0], 1), ([7, 4, 19], [0, 2], 1)] as [([Int], [Int64], Int)] {
            let x = Tensor.scattered(Shape(shape))
            let model = try OneNode.load(name, version: 11, [x], [ONNX.ints("axes", axes), ONNX.int("keepdims", 0)])
            let together = try #require(try model.run([x])[0].tensor).bits
            let inner = shape[(rowAxis + 1)...].reduce(1, *)
            for row in 0..<shape[rowAxis] {
                let elements = (0..<x.count).filter { $0 / inner % shape[rowAxis] == row }.map { x.floats[$0] }
                var one = shape
                one[rowAxis] = 1
                #expect(try #require(try model.run([.floats(elements, Shape(one))])[0].tensor).bits == [together[row]])
            }
        }
    }

    private func batchability(
        _ name: String, _ inputs: [Tensor?], _ dims: [[String]?], version: Int64 = 18, outputs: Int = 1, _ attributes: [ProtoWriter] = []
    ) throws -> Batchability {
        try OneNode.load(name, version: version, inputs, dims: dims, outputs: outputs, attributes).batchability
    }

    @Test func `what keeps rows apart says so, and what mixes them too`() throws {
        let x = Tensor.scattered([2, 3])
        let dims = ["n", "3"]
        #expect(try batchability("Exp", [x], [dims]) == .batchable)
        #expect(try batchability("Add", [x, x], [dims, dims]) == .batchable)
        #expect(try batchability("ReduceSum", [x], [dims], version: 11, [ONNX.ints("axes", [1])]) == .batchable)
        #expect(try batchability("ReduceSum", [x], [dims], version: 11, [ONNX.ints("axes", [0])]) != .batchable)
        #expect(try batchability("ReduceMean", [x], [dims]) != .batchable)
        #expect(try batchability("ArgMax", [x], [dims], [ONNX.int("axis", 1), ONNX.int("keepdims", 0)]) == .batchable)
        #expect(try batchability("ArgMax", [x], [dims], [ONNX.int("axis", 0)]) != .batchable)
        #expect(try batchability("DynamicQuantizeLinear", [x], [dims], outputs: 3) != .batchable)
        #expect(try batchability("Hardmax", [x], [dims]) == .batchable)
        #expect(try batchability("Hardmax", [x], [dims], [ONNX.int("axis", 0)]) != .batchable)
        #expect(try batchability("Bernoulli", [x], [dims]) != .batchable)
        #expect(try batchability("Dropout", [x], [dims]) == .batchable)
        #expect(try batchability("Trilu", [x], [dims]) != .batchable)
        #expect(try batchability("Cast", [x], [dims], [ONNX.int("to", 11)]) == .batchable)
    }
}
