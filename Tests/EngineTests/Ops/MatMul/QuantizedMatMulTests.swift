import Engine
import Tensors
import Testing

@Suite struct QuantizedMatMulTests {
    private let a = Tensor.uint8s([11, 7, 3, 10, 6, 2, 9, 5, 1, 8, 4, 0], [4, 3])
    private let b = Tensor.uint8s([1, 4, 2, 5, 3, 6], [3, 2])

    @Test func `products less their zero points`() throws {
        let y = try apply("MatMulInteger", [a, b, .uint8s([12], [1]), .uint8s([0], [1])], version: 10)[0]
        #expect(y.elements(as: Int32.self) == [-38, -83, -44, -98, -50, -113, -56, -128])
        let perRow = try apply("MatMulInteger", [a, b, .uint8s([11, 10, 9, 8], [4]), .uint8s([1, 4], [2])], version: 10)[0]
        #expect(perRow.elements(as: Int32.self) == [-20, -20, -20, -20, -20, -20, -20, -20])
        #expect(try apply("MatMulInteger", [a, b], version: 10)[0].elements(as: Int32.self).prefix(2) == [34, 97])
        #expect(try apply("MatMulInteger", [.uint8s([], [0, 3]), b], version: 10)[0].shape == [0, 2])
        #expect(fault("MatMulInteger", [a, b, .uint8s([1, 2], [2])], version: 10) != nil)
        #expect(fault("MatMulInteger", [a, b, nil, .uint8s([1, 2, 3], [3])], version: 10) != nil)
    }

    @Test func `a batch of quantised products, with parameters of its own`() throws {
        let stacked = Tensor.int8s([1, 2, 3, 4, -1, -2, -3, -4], [2, 2, 2])
        let y = try apply("MatMulInteger", [stacked, stacked, nil, .int8s([0, 1, 2, 3], [2, 1, 2])], version: 10)[0]
        #expect(y.elements(as: Int32.self) == [7, 7, 15, 15, 13, 19, 29, 43])
    }

    @Test func `quantised anew`() throws {
        let inputs: [Tensor?] = [
            .uint8s([208, 236, 0, 238, 3, 214, 255, 29], [2, 4]), .scalar(0.0066), .uint8s([113], .scalar),
            .uint8s([152, 51, 244, 60, 26, 255, 0, 127, 246, 127, 254, 247], [4, 3]), .scalar(0.00705), .uint8s([114], .scalar), .scalar(0.0107),
            .uint8s([118], .scalar),
        ]
        #expect(try apply("QLinearMatMul", inputs, version: 10)[0].elements(as: UInt8.self) == [168, 115, 255, 1, 66, 151])
    }

    @Test func `a row has the same bits alone and among others`() throws {
        let x = Tensor.uint8s((0..<7 * 50).map { UInt8(truncatingIfNeeded: $0 * 29) }, [7, 50])
        let w = Tensor.int8s((0..<50 * 33).map { Int8(truncatingIfNeeded: $0 * 13) }, [50, 33])
        try expectSameBitsAlone("MatMulInteger", [(x, 0), (w, nil), (.uint8s([7], .scalar), nil), (.int8s([2], .scalar), nil)], version: 10)
        try expectSameBitsAlone(
            "MatMulIntegerToFloat", [(x, 0), (w, nil), (.scalar(0.1), nil), (.scattered([33]), nil), (.uint8s([7], .scalar), nil)], version: 1,
            domain: "com.microsoft")
    }

    @Test func `one scale for the whole tensor cannot be batched`() throws {
        let graph = ONNX.graph(
            [ONNX.node("DynamicQuantizeMatMul", ["x", "w", "s"], ["y"], domain: "com.microsoft")], inputs: [ONNX.value("x", 1, ["n", "2"])],
            outputs: [ONNX.value("y", 1, nil)], initializers: [ONNX.raw("w", 3, [2, 2], [1, 2, 3, 4]), ONNX.floats("s", [], [0.5])])
        #expect(try Model.load(bytes: ONNX.model(graph, domains: ["com.microsoft"])).batchability != .batchable)
    }

    @Test(arguments: [2, 4, 8]) func `weights of few bits`(bits: Int) throws {
        let (depth, columns, block) = (40, 3, 16)
        let blocks = (depth + block - 1) / block
        let packed = (0..<columns * blocks * block * bits / 8).map { UInt8(truncatingIfNeeded: $0 * 89 + 7) }
        let scales = Tensor.scattered([columns * blocks], seed: 3)
        let x = Tensor.scattered([4, depth])
        var expected: [Float] = []
        for row in 0..<4 {
            for column in 0..<columns {
                var sum: Float = 0
                for k in 0..<depth {
                    let at = (column * blocks * block + k) * bits
                    let value = Int(packed[at / 8] >> UInt8(at % 8)) & ((1 << bits) - 1)
                    sum += x.floats[row * depth + k] * (Float(value) - Float(1 << (bits - 1))) * scales.floats[column * blocks + k / block]
                }
                expected.append(sum)
            }
        }
        let attributes: [String: Attribute] = ["K": .int(depth), "N": .int(columns), "bits": .int(bits), "block_size": .int(block)]
        let b = Tensor.uint8s(packed, [columns, blocks, block * bits / 8])
        let y = try apply("MatMulNBits", [x, b, scales], version: 1, domain: "com.microsoft", attributes)[0]
        expectClose(y.floats, expected, tolerance: 1e-4)
        try expectSameBitsAlone("MatMulNBits", [(x, 0), (b, nil), (scales, nil)], version: 1, domain: "com.microsoft", attributes)
        for wrong in ["K", "N", "block_size", "bits"] {
            for value in [0, -1, 3, Int.max] {
                let changed = attributes.merging([wrong: .int(value)]) { $1 }
                if wrong == "N" && value == 3 { continue }
                #expect(fault("MatMulNBits", [x, b, scales], version: 1, domain: "com.microsoft", changed) != nil, "\(wrong) = \(value)")
            }
        }
    }
}
