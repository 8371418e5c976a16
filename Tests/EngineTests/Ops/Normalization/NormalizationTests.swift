import Engine
import Tensors
import Testing

@Suite struct NormalizationTests {
    private let x = Tensor.floats([1, 2, 3, 4, 5, 6], [2, 3])

    @Test func `a softmax over one axis, or over all from one on`() throws {
        let rows = try apply("Softmax", [x], version: 13)[0].floats
        expectClose(rows, [0.09003057, 0.24472847, 0.66524096, 0.09003057, 0.24472847, 0.66524096])
        expectClose(try apply("Softmax", [x], version: 13, ["axis": .int(0)])[0].floats, [0.047425874, 0.047425874, 0.047425874, 0.95257413, 0.95257413, 0.95257413])
        let cube = Tensor.counting([2, 2, 2])
        let flat = try apply("Softmax", [cube], version: 11)[0].floats
        expectClose(flat, try apply("Softmax", [.counting([2, 4])], version: 13)[0].floats)
        expectClose(try apply("LogSoftmax", [x], version: 13)[0].floats, [-2.407606, -1.407606, -0.407606, -2.407606, -1.407606, -0.407606])
        #expect(try apply("Softmax", [.floats([1000, 1000], [1, 2])], version: 13)[0].floats == [0.5, 0.5])
        #expect(try apply("Softmax", [.floats([], [0, 3])], version: 13)[0].shape == [0, 3])
        #expect(try apply("Softmax", [.floats([], [3, 0])], version: 13)[0].shape == [3, 0])
        #expect(try apply("Softmax", [.scalar(7)], version: 11, ["axis": .int(0)])[0].floats == [1])
        #expect(fault("Softmax", [x], version: 13, ["axis": .int(2)]) != nil)
        #expect(fault("Softmax", [x], version: 13, ["axis": .int(Int.min)]) != nil)
    }

    @Test func `layers, with statistics and with parameters that broadcast`() throws {
        let y = try apply("LayerNormalization", [x, .floats([1, 1, 2], [3]), .floats([0, 0, 1], [3])], version: 17, outputs: 3, ["epsilon": .float(0)])
        expectClose(y[0].floats, [-1.2247449, 0, 3.4494898, -1.2247449, 0, 3.4494898])
        #expect(y[1].shape == [2, 1] && y[1].floats == [2, 5])
        expectClose(y[2].floats, [1.2247449, 1.2247449])
        let whole = try apply("LayerNormalization", [x, .scalar(2)], version: 17, ["axis": .int(0), "epsilon": .float(0)])[0].floats
        expectClose(whole, [-2.9277, -1.75662, -0.58554, 0.58554, 1.75662, 2.9277], tolerance: 1e-4)
        let perRow = try apply("LayerNormalization", [x, .floats([1, 2], [2, 1])], version: 17, ["epsilon": .float(0)])[0].floats
        expectClose(perRow, [-1.2247449, 0, 1.2247449, -2.4494898, 0, 2.4494898])
        expectClose(try apply("RMSNormalization", [x, .floats([1, 1, 1], [3])], version: 23, ["epsilon": .float(0)])[0].floats, [0.46291006, 0.9258201, 1.3887302, 0.78954203, 0.98692757, 1.184313])
        #expect(fault("LayerNormalization", [x, .floats([1, 1], [2])], version: 17) != nil)
        #expect(fault("LayerNormalization", [x, .floats([1, 1, 1], [3])], version: 17, ["axis": .int(5)]) != nil)
        #expect(try apply("LayerNormalization", [.floats([], [0, 3]), .floats([1, 1, 1], [3])], version: 17)[0].shape == [0, 3])
    }

    @Test func `a skip connection is added first`() throws {
        let (skip, gamma, beta, bias) = (Tensor.scattered([2, 3], seed: 2), Tensor.floats([1, 2, 3], [3]), Tensor.floats([3, 2, 1], [3]), Tensor.floats([1, 0, 1], [3]))
        let outputs = try apply("SkipLayerNormalization", [x, skip, gamma, beta, bias], version: 1, domain: "com.microsoft", outputs: 4)
        let sum = (0..<6).map { x.floats[$0] + skip.floats[$0] + bias.floats[$0 % 3] }
        expectClose(outputs[3].floats, sum)
        expectClose(outputs[0].floats, try apply("LayerNormalization", [.floats(sum, [2, 3]), gamma, beta], version: 17, ["epsilon": .float(1e-12)])[0].floats)
    }

    @Test func `groups, instances and batches`() throws {
        let image = Tensor.counting([1, 2, 1, 2])
        let (one, zero) = (Tensor.floats([1, 2], [2]), Tensor.floats([0, 1], [2]))
        expectClose(try apply("InstanceNormalization", [image, one, zero], ["epsilon": .float(0)])[0].floats, [-1, 1, -1, 3])
        expectClose(try apply("GroupNormalization", [image, one, zero], ["num_groups": .int(1), "epsilon": .float(0)])[0].floats, [-1.3416408, -0.4472136, 1.8944272, 3.6832815])
        expectClose(try apply("GroupNormalization", [image, .floats([2], [1]), .floats([1], [1])], version: 18, ["num_groups": .int(1), "epsilon": .float(0)])[0].floats, [-1.6832815, 0.10557281, 1.8944272, 3.6832815])
        let y = try apply("BatchNormalization", [image, one, zero, .floats([1, 2], [2]), .floats([4, 1], [2])], version: 15, ["epsilon": .float(0)])[0]
        #expect(y.floats == [-0.5, 0, 1, 3])
        let training = try apply("BatchNormalization", [image, one, zero, .floats([1, 2], [2]), .floats([4, 1], [2])], version: 15, outputs: 3, ["epsilon": .float(0), "training_mode": .int(1), "momentum": .float(0.5)])
        expectClose(training[0].floats, [-1, 1, -1, 3])
        expectClose(training[1].floats, [0.75, 2.25])
        expectClose(training[2].floats, [2.125, 0.625])
        #expect(fault("GroupNormalization", [image, one, zero], ["num_groups": .int(0)]) != nil)
        #expect(fault("GroupNormalization", [image, .floats([1], [1]), zero], ["num_groups": .int(2)]) != nil)
        #expect(fault("BatchNormalization", [image, one, zero, .floats([1], [1]), zero], version: 15) != nil)
    }

    @Test func `norms along an axis, over axes and over channels`() throws {
        expectClose(try apply("LpNormalization", [.floats([3, 4, 0, 0], [2, 2])])[0].floats, [0.6, 0.8, 0, 0])
        expectClose(try apply("LpNormalization", [.floats([3, -1], [2])], ["p": .int(1)])[0].floats, [0.75, -0.25])
        expectClose(try apply("MeanVarianceNormalization", [.counting([1, 1, 1, 3])], version: 13)[0].floats, [-1.2247449, 0, 1.2247449])
        expectClose(try apply("LRN", [.floats([1, 2, 3], [1, 3, 1])], version: 13, ["size": .int(3), "alpha": .float(3), "beta": .float(0.5), "bias": .float(1)])[0].floats, [0.40824828, 0.5163978, 0.8017837])
        #expect(fault("LpNormalization", [x], ["p": .int(3)]) != nil)
        #expect(fault("LRN", [x], ["size": .int(0)]) != nil)
        #expect(fault("MeanVarianceNormalization", [x], version: 13) != nil)
    }

    @Test func `words, positions and segments`() throws {
        let table = Tensor.scattered([7, 4])
        let inputs: [Tensor?] = [
            .int32s([0, 6, 3, 3], [2, 2]), .int32s([0, 1, 1, 0], [2, 2]), table, .scattered([5, 4], seed: 2), .scattered([2, 4], seed: 3), .floats([1, 1, 1, 1], [4]),
            .floats([0, 0, 0, 0], [4]), .int32s([1, 0, 1, 1], [2, 2]),
        ]
        let y = try apply("EmbedLayerNormalization", inputs, version: 1, domain: "com.microsoft", outputs: 3)
        #expect(y[0].shape == [2, 2, 4] && y[1].elements(as: Int32.self) == [1, 2])
        var wrong = inputs
        wrong[0] = .int32s([0, 7, 3, 3], [2, 2])
        #expect(fault("EmbedLayerNormalization", wrong, version: 1, domain: "com.microsoft")?.code == .invalidInput)
        var batch: [(Tensor?, axis: Int?)] = [(inputs[0], 0), (inputs[1], 0)]
        for parameter in inputs[2..<7] { batch.append((parameter, nil)) }
        try expectSameBitsAlone("EmbedLayerNormalization", batch, outputs: [0, 0], version: 1, domain: "com.microsoft")
    }

    @Test func `a row has the same bits alone and among others`() throws {
        let wide = Tensor.scattered([5, 3, 77])
        let scale = Tensor.scattered([77], seed: 4)
        try expectSameBitsAlone("Softmax", [(wide, 0)], version: 13)
        try expectSameBitsAlone("Softmax", [(wide, 0)], version: 13, ["axis": .int(1)])
        try expectSameBitsAlone("LogSoftmax", [(wide, 0)], version: 13)
        try expectSameBitsAlone("LayerNormalization", [(wide, 0), (scale, nil), (scale, nil)], outputs: [0, 0, 0], version: 17)
        try expectSameBitsAlone("RMSNormalization", [(wide, 0), (scale, nil)], version: 23)
        try expectSameBitsAlone("InstanceNormalization", [(wide, 0), (.scattered([3]), nil), (.scattered([3]), nil)])
        try expectSameBitsAlone("LpNormalization", [(wide, 0)])
        try expectSameBitsAlone("LRN", [(wide, 0)], version: 13, ["size": .int(3)])
        try expectSameBitsAlone("SkipLayerNormalization", [(wide, 0), (wide, 0), (scale, nil)], version: 1, domain: "com.microsoft")
    }

    @Test func `what mixes rows says so`() throws {
        func verdict(_ name: String, version: Int64, _ attributes: [ProtoWriter] = []) throws -> Batchability {
            try OneNode.load(name, version: version, [.scattered([2, 3, 4, 5])], dims: [["n", "3", "4", "5"]], attributes).batchability
        }
        #expect(try verdict("Softmax", version: 13) == .batchable)
        #expect(try verdict("Softmax", version: 13, [ONNX.int("axis", 0)]) != .batchable)
        #expect(try verdict("Softmax", version: 11) == .batchable)
        #expect(try verdict("Softmax", version: 11, [ONNX.int("axis", 0)]) != .batchable)
        #expect(try verdict("MeanVarianceNormalization", version: 13) != .batchable)
        #expect(try verdict("MeanVarianceNormalization", version: 13, [ONNX.ints("axes", [2, 3])]) == .batchable)
        #expect(try verdict("LpNormalization", version: 13, [ONNX.int("axis", 0)]) != .batchable)
    }
}
