import Engine
import Tensors
import Testing

@Suite struct QuantizeTests {
    @Test func `values are rounded to even and saturated`() throws {
        let x = Tensor.floats([0, 1, 3, -1000, 1000, .nan, 5], [7])
        let output = try OneNode.run("QuantizeLinear", version: 13, [x, .scalar(2), .uint8s([128], .scalar)])[0]
        #expect(output.elements(as: UInt8.self) == [128, 128, 130, 0, 255, 0, 130])
        let signed = try OneNode.run("QuantizeLinear", version: 13, [x, .scalar(2), .int8s([-1], .scalar)])[0]
        #expect(signed.elements(as: Int8.self)[0..<5] == [-1, -1, 1, -128, 127])
        #expect(try OneNode.run("QuantizeLinear", version: 13, [x, .scalar(2)])[0].dataType == .uint8)
        let wide = try OneNode.run("QuantizeLinear", version: 21, [x, .scalar(0.01)], [ONNX.int("output_dtype", 5)])[0]
        #expect(wide.elements(as: Int16.self)[1..<5] == [100, 300, -32768, 32767])
    }

    @Test func `scales belong to positions along an axis`() throws {
        let x = Tensor.floats([2, 4, 6, 8, 10, 12], [1, 2, 3])
        let columns = try OneNode.run("QuantizeLinear", version: 13, [x, .floats([1, 2, 3], [3]), .int8s([0, 1, 2], [3])], [ONNX.int("axis", -1)])[0]
        #expect(columns.elements(as: Int8.self) == [2, 3, 4, 8, 6, 6])
        let rows = try OneNode.run("QuantizeLinear", version: 13, [x, .floats([1, 2], [2]), .int8s([0, 10], [2])])[0]
        #expect(rows.elements(as: Int8.self) == [2, 4, 6, 14, 15, 16])
        #expect(throws: EngineError.self) { try OneNode.run("QuantizeLinear", version: 13, [x, .floats([1, 2, 3], [3])]) }
        #expect(throws: EngineError.self) { try OneNode.run("QuantizeLinear", version: 13, [x, .scalar(1), .int8s([1, 2], [2])]) }
    }

    @Test func `scales belong to blocks, the last of which may be short`() throws {
        let x = Tensor.int8s([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [2, 5])
        let block = [ONNX.int("axis", 1), ONNX.int("block_size", 2)]
        let scales = Tensor.floats([1, 10, 100, 2, 20, 200], [2, 3])
        let output = try OneNode.run("DequantizeLinear", version: 21, [x, scales], block)[0]
        #expect(output.floats == [1, 2, 30, 40, 500, 12, 14, 160, 180, 2000])
        let back = try OneNode.run("QuantizeLinear", version: 21, [output, scales, .int8s([0, 0, 0, 0, 0, 0], [2, 3])], block)[0]
        #expect(back.elements(as: Int8.self) == x.elements(as: Int8.self))
        let vertical = try OneNode.run("DequantizeLinear", version: 21, [x, .floats([1, 2, 3, 4, 5], [1, 5])], [ONNX.int("axis", 0), ONNX.int("block_size", 2)])[0]
        #expect(vertical.floats == [1, 4, 9, 16, 25, 6, 14, 24, 36, 50])
        #expect(throws: EngineError.self) { try OneNode.run("DequantizeLinear", version: 21, [x, .floats([1, 2], [2, 1])], block) }
    }

    @Test func `what goes down and up again is near`() throws {
        let x = Tensor.scattered([5, 33])
        let (scale, zero) = (Tensor.scalar(1.0 / 32), Tensor.int8s([3], .scalar))
        let coded = try OneNode.run("QuantizeLinear", version: 13, [x, scale, zero])[0]
        let back = try OneNode.run("DequantizeLinear", version: 13, [coded, scale, zero])[0]
        #expect(zip(back.floats, x.floats).allSatisfy { abs($0 - $1) <= 1.0 / 64 })
    }

    @Test func `a tensor chooses its own scale`() throws {
        let outputs = try OneNode.run("DynamicQuantizeLinear", [.floats([0, 2, -3, -2.5, 1.34, 0.5], [6])], outputs: 3)
        #expect(outputs[0].elements(as: UInt8.self) == [153, 255, 0, 26, 221, 179])
        #expect(abs(outputs[1].floats[0] - 0.019_607_844) < 1e-8)
        #expect(outputs[2].elements(as: UInt8.self) == [153])
        let zeros = try OneNode.run("DynamicQuantizeLinear", [.floats([0, 0], [2])], outputs: 3)
        #expect(zeros[0].elements(as: UInt8.self) == [0, 0])
        #expect(try OneNode.run("DynamicQuantizeLinear", [.floats([.nan, .infinity], [2])], outputs: 3)[0].count == 2)
        #expect(try OneNode.run("DynamicQuantizeLinear", [.floats([], [0])], outputs: 3)[0].count == 0)
    }

    @Test func `bytes are added and multiplied by their values`() throws {
        let (a, b) = (Tensor.uint8s([10, 20, 30], [3]), Tensor.uint8s([4], [1]))
        func scale(_ value: Float) -> Tensor { .scalar(value) }
        func zero(_ value: UInt8) -> Tensor { .uint8s([value], .scalar) }
        let sum = try OneNode.run("QLinearAdd", domain: "com.microsoft", [a, scale(0.5), zero(0), b, scale(1), zero(2), scale(0.5), zero(1)])[0]
        #expect(sum.elements(as: UInt8.self) == [15, 25, 35])
        let product = try OneNode.run("QLinearMul", domain: "com.microsoft", [a, scale(0.5), nil, b, scale(1), zero(2), scale(1), nil])[0]
        #expect(product.elements(as: UInt8.self) == [10, 20, 30])
        let joined = try OneNode.run("QLinearConcat", domain: "com.microsoft", [scale(1), zero(0), a, scale(0.5), zero(0), b, scale(2), zero(0)], [ONNX.int("axis", 0)])[0]
        #expect(joined.elements(as: UInt8.self) == [5, 10, 15, 8])
        let half = try OneNode.run("QLinearSigmoid", domain: "com.microsoft", [.uint8s([128], [1]), scale(0.1), zero(128), scale(1.0 / 256), zero(0)])[0]
        #expect(half.elements(as: UInt8.self) == [128])
    }

    @Test func `bytes multiply and add up to wider integers`() throws {
        let x = Tensor.int8s([1, -2, 3, -128, -128, 7], [2, 3])
        let sum = try OneNode.run("ReduceSumInteger", domain: "com.microsoft", [x], [ONNX.ints("axes", [1]), ONNX.int("keepdims", 0)])[0]
        #expect(sum.elements(as: Int32.self) == [2, -249])
        let product = try OneNode.run("MulInteger", domain: "com.microsoft", [x, .int8s([1], .scalar), .int8s([-128], [1])])[0]
        #expect(product.elements(as: Int32.self) == [0, 384, -256, 16512, 16512, -768])
    }
}
