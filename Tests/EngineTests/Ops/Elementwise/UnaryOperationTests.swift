import Engine
import Tensors
import Testing

@Suite struct UnaryOperationTests {
    private static let rows: [(name: String, x: Float, y: Float)] = [
        ("Exp", 1, 2.718_281_8), ("Log", 2, 0.693_147_2), ("Sqrt", 2, 1.414_213_6), ("Reciprocal", -4, -0.25),
        ("Sin", 1, 0.841_471), ("Cos", 1, 0.540_302_3), ("Tan", 1, 1.557_407_7), ("Asin", 0.5, 0.523_598_8),
        ("Acos", 0.5, 1.047_197_6), ("Atan", 2, 1.107_148_7), ("Sinh", 1, 1.175_201_2), ("Cosh", 1, 1.543_080_6),
        ("Tanh", 0.5, 0.462_117_17), ("Asinh", 1, 0.881_373_6), ("Acosh", 2, 1.316_957_9), ("Atanh", 0.5, 0.549_306_15),
        ("Sigmoid", 2, 0.880_797_1), ("Erf", 0.5, 0.520_499_9), ("Abs", -3, 3), ("Neg", 3, -3), ("Sign", -7, -1),
        ("Ceil", 1.2, 2), ("Floor", -1.2, -2), ("Round", 2.5, 2), ("Round", -3.5, -4), ("Relu", -1, 0), ("Relu", 2, 2),
        ("LeakyRelu", -1, -0.01), ("Elu", -1, -0.632_120_55), ("Selu", -1, -1.111_330_7), ("Celu", -1, -0.632_120_55),
        ("ThresholdedRelu", 1, 0), ("ThresholdedRelu", 1.5, 1.5), ("HardSigmoid", 1, 0.7), ("HardSigmoid", 5, 1),
        ("HardSwish", 1, 0.666_666_7), ("Softplus", 1, 1.313_261_7), ("Softplus", 100, 100), ("Softsign", -3, -0.75),
        ("Mish", 1, 0.865_098_4), ("Shrink", 0.4, 0), ("Shrink", -2, -2),
    ]

    @Test(arguments: rows.indices) func `functions of floats have their values in every float type`(row: Int) throws {
        let (name, x, y) = Self.rows[row]
        let single = try OneNode.run(name, [.floats([x], [1])])[0]
        #expect(single.dataType == .float32)
        #expect(abs(single.floats[0] - y) <= 2e-6 * max(1, abs(y)), "\(single.floats[0])")
        let double = try OneNode.run(name, [.doubles([Double(x)], [1])])[0]
        #expect(abs(double.doubles[0] - Double(y)) <= 1e-6 * max(1, Double(abs(y))), "\(double.doubles[0])")
        let half = try OneNode.run(name, [.halves([Float16(x)], [1])])[0]
        #expect(abs(Float(half.elements(as: Float16.self)[0]) - y) <= 2e-3 * max(1, abs(y)))
    }

    @Test(arguments: ["Exp", "Relu", "Gelu", "Abs", "IsNaN", "Not"]) func `scalars and empty tensors keep their shape`(name: String) throws {
        for shape in [Shape.scalar, [0], [3, 0, 2]] {
            let input: Tensor =
                name == "Not"
                ? .bools([Bool](repeating: true, count: shape.count), shape) : .floats([Float](repeating: 1, count: shape.count), shape)
            #expect(try OneNode.run(name, version: 20, [input])[0].shape == shape)
        }
    }

    @Test(arguments: ["Relu", "LeakyRelu", "Abs", "Sqrt", "Tanh", "Sigmoid", "HardSigmoid", "Gelu", "Softplus", "Elu", "Ceil"])
    func `NaN stays NaN wherever it stands`(name: String) throws {
        var values = [Float](repeating: 0.5, count: 67)
        for index in [0, 15, 16, 66] { values[index] = .nan }
        let output = try OneNode.run(name, version: 20, [.floats(values, [67])])[0].floats
        #expect(output.indices.filter { output[$0].isNaN } == [0, 15, 16, 66])
    }

    @Test func `narrow integers wrap`() throws {
        #expect(try OneNode.run("Neg", [.int8s([-128, 5], [2])])[0].elements(as: Int8.self) == [-128, -5])
        #expect(try OneNode.run("Abs", [.int8s([-128, -5], [2])])[0].elements(as: Int8.self) == [-128, 5])
        #expect(try OneNode.run("Sign", [.uint8s([0, 200], [2])])[0].elements(as: UInt8.self) == [0, 1])
        #expect(try OneNode.run("BitwiseNot", [.uint8s([0, 0xF0], [2])])[0].elements(as: UInt8.self) == [255, 15])
    }

    @Test func `the two forms of Gelu differ a little`() throws {
        let x = Tensor.floats([-1, 0, 1, 3], [4])
        let exact = try OneNode.run("Gelu", version: 20, [x])[0].floats
        let approximate = try OneNode.run("Gelu", version: 20, [x], [ONNX.string("approximate", "tanh")])[0].floats
        #expect(abs(exact[2] - 0.841_344_7) < 1e-6)
        #expect(abs(approximate[2] - 0.841_192) < 1e-6)
        #expect(try OneNode.run("Gelu", domain: "com.microsoft", [x])[0].floats == exact)
    }

    @Test func `attributes are read`() throws {
        let x = Tensor.floats([-2, 2], [2])
        #expect(try OneNode.run("LeakyRelu", [x], [ONNX.float("alpha", 0.5)])[0].floats == [-1, 2])
        #expect(try OneNode.run("ThresholdedRelu", [x], [ONNX.float("alpha", 3)])[0].floats == [0, 0])
        #expect(try OneNode.run("Shrink", [x], [ONNX.float("lambd", 1), ONNX.float("bias", 0.5)])[0].floats == [-1.5, 1.5])
        #expect(try OneNode.run("IsInf", version: 20, [.floats([.infinity, -.infinity], [2])], [ONNX.int("detect_negative", 0)])[0].bools == [true, false])
    }

    @Test func `a type or an attribute that does not fit is the model's fault`() throws {
        #expect(throws: EngineError.self) { try OneNode.run("Exp", [.int64s([1], [1])]) }
        #expect(throws: EngineError.self) { try OneNode.run("BitwiseNot", [.floats([1], [1])]) }
        #expect(throws: EngineError.self) { try OneNode.run("Gelu", version: 20, [.floats([1], [1])], [ONNX.string("approximate", "rough")]) }
        #expect(throws: EngineError.self) { try OneNode.run("LeakyRelu", [.floats([1], [1])], [ONNX.int("alpha", 1)]) }
    }

    @Test func `operators of the first sets are still read`() throws {
        let x = Tensor.floats([1, 2, 3, 4], [1, 2, 2])
        let bias = ONNX.attribute("bias", 6) {
            $0.float(7, 10)
            $0.float(7, 20)
        }
        #expect(try OneNode.run("ImageScaler", version: 1, [x], [ONNX.float("scale", 2), bias])[0].floats == [12, 14, 26, 28])
        #expect(try OneNode.run("Affine", version: 1, [x], [ONNX.float("alpha", 3), ONNX.float("beta", 1)])[0].floats == [4, 7, 10, 13])
        #expect(throws: EngineError.self) { try OneNode.run("ImageScaler", version: 1, [.counting([1, 3, 2])], [bias]) }
    }
}
