import Engine
import Tensors
import Testing

@Suite struct OtherConvolutionTests {
    @Test func `integers less their zero points, with padding that counts as the zero point`() throws {
        let x = Tensor.uint8s([2, 3, 4, 5, 6, 7, 8, 9, 10], [1, 1, 3, 3])
        let w = Tensor.uint8s([1, 1, 1, 1], [1, 1, 2, 2])
        #expect(try apply("ConvInteger", [x, w, .uint8s([1], .scalar)], version: 10)[0].elements(as: Int32.self) == [12, 16, 24, 28])
        let padded = try apply("ConvInteger", [x, w, .uint8s([1], .scalar)], version: 10, ["pads": .ints([1, 1, 1, 1])])[0]
        #expect(padded.elements(as: Int32.self) == [1, 3, 5, 3, 5, 12, 16, 9, 11, 24, 28, 15, 7, 15, 17, 9])
    }

    @Test func `an image has the same bits alone and among others`() throws {
        let x = Tensor.uint8s((0..<3 * 4 * 36).map { UInt8(truncatingIfNeeded: $0 * 37) }, [3, 4, 6, 6])
        let w = Tensor.int8s((0..<5 * 4 * 9).map { Int8(truncatingIfNeeded: $0 * 11) }, [5, 4, 3, 3])
        try expectSameBitsAlone(
            "QLinearConv",
            [
                (x, 0), (.scalar(0.1), nil), (.uint8s([3], .scalar), nil), (w, nil), (.scalar(0.05), nil), (.int8s([0], .scalar), nil),
                (.scalar(2), nil), (.uint8s([100], .scalar), nil), (.int32s([1, 2, 3, 4, 5], [5]), nil),
            ])
    }

    @Test func `quantised channels may come last`() throws {
        let (x, w) = (Tensor.uint8s(Array(0..<24), [1, 2, 3, 4]), Tensor.int8s([1, 2, -1, 1], [2, 2, 1, 1]))
        let (zero, one) = (Tensor.uint8s([0], .scalar), Tensor.scalar(1))
        func run(_ x: Tensor, _ attributes: [String: Attribute]) throws -> Tensor {
            let inputs: [Tensor?] = [x, one, zero, w, one, .int8s([0], .scalar), one, .uint8s([10], .scalar)]
            return try apply("QLinearConv", inputs, version: 1, domain: "com.microsoft", attributes)[0]
        }
        let planar = try run(x, [:])
        let last = try run(try apply("Transpose", [x], ["perm": .ints([0, 2, 3, 1])])[0], ["channels_last": .int(1)])
        #expect(last.shape == [1, 3, 4, 2])
        #expect(try apply("Transpose", [last], ["perm": .ints([0, 3, 1, 2])])[0].raw == planar.raw)
    }

    @Test func `columns are added back to an image`() throws {
        let y = try apply("Col2Im", [.floats([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [1, 3, 4]), .int64s([2, 6], [2]), .int64s([1, 3], [2])], ["strides": .ints([1, 3])])[0]
        #expect(y.shape == [1, 1, 2, 6])
        #expect(y.floats == [1, 5, 9, 2, 6, 10, 3, 7, 11, 4, 8, 12])
        #expect(fault("Col2Im", [.scattered([1, 3, 5]), .int64s([2, 6], [2]), .int64s([1, 3], [2])]) != nil)
        #expect(fault("Col2Im", [.scattered([1, 3, 4]), .int64s([2, -6], [2]), .int64s([1, 3], [2])]) != nil)
        #expect(fault("Col2Im", [.scattered([1, 3, 4]), .int64s([.max, .max], [2]), .int64s([1, 3], [2])]) != nil)
    }

    @Test func `a convolution over the past hands on what it needs next`() throws {
        let (x, w) = (Tensor.scattered([2, 3, 7]), Tensor.scattered([3, 1, 4], seed: 2))
        let whole = try apply("CausalConvWithState", [x, w, nil, nil], version: 27, outputs: 2)
        let first = try apply("CausalConvWithState", [x.slice(2, 0..<3), w, nil, nil], version: 27, outputs: 2)
        let second = try apply("CausalConvWithState", [x.slice(2, 3..<7), w, nil, first[1]], version: 27, outputs: 2)
        #expect(second[0].floats == whole[0].slice(2, 3..<7).floats)
        #expect(second[1].floats == whole[1].floats)
        try expectSameBitsAlone("CausalConvWithState", [(x, 0), (w, nil), (nil, nil), (nil, nil)], outputs: [0, 0], version: 27)
    }

    @Test func `offsets of zero deform nothing, and whole ones shift`() throws {
        let (x, w) = (Tensor.scattered([2, 2, 5, 5]), Tensor.scattered([3, 2, 2, 2], seed: 2))
        let still = try apply("DeformConv", [x, w, .floats([Float](repeating: 0, count: 2 * 8 * 16), [2, 8, 4, 4])])[0]
        expectClose(still.floats, try apply("Conv", [x, w])[0].floats)
        let far = try apply("DeformConv", [x, w, .floats([Float](repeating: 1e30, count: 2 * 8 * 16), [2, 8, 4, 4])])[0]
        #expect(far.floats.allSatisfy { $0 == 0 })
        let wild = try apply("DeformConv", [x, w, .floats([Float](repeating: .nan, count: 2 * 8 * 16), [2, 8, 4, 4])])[0]
        #expect(wild.shape == [2, 3, 4, 4])
        #expect(fault("DeformConv", [x, w, .scattered([2, 7, 4, 4])]) != nil)
    }
}
