import Engine
import Tensors
import Testing

/// A convolution by its definition, one element at a time.
private func plainConvolution(_ x: Tensor, _ w: Tensor, _ bias: Tensor?, group: Int, strides: [Int], dilations: [Int], pads: [Int]) -> (Shape, [Float]) {
    let rank = x.shape.rank - 2
    let spatial = (0..<rank).map { axis in
        (x.shape[axis + 2] + pads[axis] + pads[rank + axis] - (w.shape[axis + 2] - 1) * dilations[axis] - 1) / strides[axis] + 1
    }
    let shape = Shape([x.shape[0], w.shape[0]] + spatial)
    let (xs, ws, xStrides, wStrides) = (x.floats, w.floats, x.shape.strides, w.shape.strides)
    let (mapsPerGroup, taps) = (w.shape[0] / group, w.shape.count(in: 2..<w.shape.rank))
    var result: [Float] = []
    for index in 0..<shape.count {
        var (rest, place) = (index, [Int](repeating: 0, count: shape.rank))
        for axis in place.indices.reversed() { (rest, place[axis]) = rest.quotientAndRemainder(dividingBy: shape[axis]) }
        var sum = Double(bias?.floats[place[1]] ?? 0)
        for channel in 0..<w.shape[1] {
            for tap in 0..<taps {
                var (rest, from) = (tap, place[0] * xStrides[0] + (place[1] / mapsPerGroup * w.shape[1] + channel) * xStrides[1])
                var isInside = true
                for axis in (0..<rank).reversed() {
                    let position = place[axis + 2] * strides[axis] - pads[axis] + rest % w.shape[axis + 2] * dilations[axis]
                    rest /= w.shape[axis + 2]
                    isInside = isInside && position >= 0 && position < x.shape[axis + 2]
                    from += position * xStrides[axis + 2]
                }
                if isInside { sum += Double(xs[from]) * Double(ws[place[1] * wStrides[0] + channel * wStrides[1] + tap]) }
            }
        }
        result.append(Float(sum))
    }
    return (shape, result)
}

struct ConvolutionRow: Sendable, CustomTestStringConvertible {
    let x: [Int]
    let w: [Int]
    var group = 1
    var strides: [Int]?
    var dilations: [Int]?
    var pads: [Int]?

    var testDescription: String { "\(x) by \(w), \(group) groups, strides \(strides ?? []), dilations \(dilations ?? []), pads \(pads ?? [])" }

    var attributes: [String: Attribute] {
        var result: [String: Attribute] = ["group": .int(group)]
        for (name, list) in [("strides", strides), ("dilations", dilations), ("pads", pads)] { if let list { result[name] = .ints(list) } }
        return result
    }

    static let all = [
        ConvolutionRow(x: [2, 3, 9, 8], w: [5, 3, 3, 3], pads: [1, 1, 1, 1]),
        ConvolutionRow(x: [2, 3, 9, 8], w: [5, 3, 3, 3], strides: [2, 2], pads: [0, 1, 2, 3]),
        ConvolutionRow(x: [1, 20, 7, 7], w: [40, 20, 3, 3], dilations: [2, 2], pads: [2, 2, 2, 2]),
        ConvolutionRow(x: [3, 17, 6, 5], w: [33, 17, 1, 1]),
        ConvolutionRow(x: [1, 17, 6, 5], w: [33, 17, 1, 1], strides: [2, 1]),
        ConvolutionRow(x: [2, 18, 8, 8], w: [18, 1, 3, 3], group: 18, pads: [1, 1, 1, 1]),
        ConvolutionRow(x: [2, 6, 8, 8], w: [12, 1, 3, 2], group: 6, strides: [1, 2]),
        ConvolutionRow(x: [2, 32, 5, 5], w: [34, 16, 3, 3], group: 2, pads: [1, 1, 1, 1]),
        ConvolutionRow(x: [2, 6, 5, 5], w: [9, 2, 3, 3], group: 3),
        ConvolutionRow(x: [2, 4, 20], w: [6, 4, 5], strides: [3], pads: [2, 2]),
        ConvolutionRow(x: [1, 2, 5, 6, 4], w: [3, 2, 2, 3, 2], strides: [1, 2, 1], pads: [0, 1, 1, 1, 1, 0]),
        ConvolutionRow(x: [1, 2, 3, 4, 3, 3], w: [3, 2, 2, 1, 2, 2]),
        ConvolutionRow(x: [2, 3, 9, 8], w: [4, 3, 3, 3], pads: [-1, 0, 2, -2]),
    ]
}

@Suite struct ConvolutionTests {
    @Test(arguments: ConvolutionRow.all) func `agrees with the definition`(row: ConvolutionRow) throws {
        let (x, w, b) = (Tensor.scattered(Shape(row.x)), Tensor.scattered(Shape(row.w), seed: 3), Tensor.scattered([row.w[0]], seed: 5))
        let rank = row.x.count - 2
        let ones = [Int](repeating: 1, count: rank)
        for bias in [nil, b] {
            let (shape, expected) = plainConvolution(
                x, w, bias, group: row.group, strides: row.strides ?? ones, dilations: row.dilations ?? ones,
                pads: row.pads ?? [Int](repeating: 0, count: 2 * rank))
            let result = try apply("Conv", [x, w, bias], row.attributes)[0]
            #expect(result.shape == shape)
            expectClose(result.floats, expected, row.testDescription)
        }
    }

    @Test(arguments: ConvolutionRow.all) func `an image has the same bits alone and among others`(row: ConvolutionRow) throws {
        let x = Tensor.scattered(Shape([3] + row.x.dropFirst()))
        try expectSameBitsAlone("Conv", [(x, 0), (.scattered(Shape(row.w), seed: 3), nil)], row.attributes)
    }

    @Test(arguments: [DataType.float16, .bfloat16, .float64]) func `other types are computed in wider ones and rounded once`(type: DataType) throws {
        let x: [Float] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
        let cast = { (t: Tensor) throws -> Tensor in try apply("Cast", [t], ["to": .int(Int(type.onnx))])[0] }
        let y = try apply("Conv", [cast(.floats(x, [1, 1, 3, 3])), cast(.floats([1, 0.5, 0, -1], [1, 1, 2, 2]))])[0]
        #expect(y.dataType == type)
        #expect(try apply("Cast", [y], ["to": .int(1)])[0].floats == [-3, -2.5, -1.5, -1])
    }

    @Test func `padding that keeps the size`() throws {
        let x = Tensor.counting([1, 1, 3, 3])
        let w = Tensor.floats([1, 1, 1, 1], [1, 1, 2, 2])
        #expect(try apply("Conv", [x, w], ["auto_pad": .string("SAME_UPPER")])[0].floats == [8, 12, 7, 20, 24, 13, 13, 15, 8])
        #expect(try apply("Conv", [x, w], ["auto_pad": .string("SAME_LOWER")])[0].floats == [0, 1, 3, 3, 8, 12, 9, 20, 24])
        #expect(try apply("Conv", [x, w], ["auto_pad": .string("VALID")])[0].shape == [1, 1, 2, 2])
    }

    @Test func `no images, no channels and no positions`() throws {
        #expect(try apply("Conv", [.floats([], [0, 2, 5, 5]), .scattered([3, 2, 3, 3])])[0].shape == [0, 3, 3, 3])
        #expect(try apply("Conv", [.floats([], [1, 0, 2, 2]), .floats([], [2, 0, 1, 1]), .floats([1, 2], [2])])[0].floats == [1, 1, 1, 1, 2, 2, 2, 2])
        #expect(try apply("Conv", [.floats([], [1, 2, 0, 5]), .scattered([3, 2, 3, 3])])[0].shape == [1, 3, 0, 3])
        #expect(try apply("Conv", [.scattered([1, 2, 5, 5]), .floats([], [0, 2, 3, 3])])[0].shape == [1, 0, 3, 3])
    }

    @Test func `what does not fit is refused, not run`() {
        let (x, w) = (Tensor.scattered([1, 2, 4, 4]), Tensor.scattered([2, 2, 3, 3]))
        let wrong: [[String: Attribute]] = [
            ["strides": .ints([0, 1])], ["strides": .ints([-1, 1])], ["strides": .ints([1])], ["dilations": .ints([0, 1])],
            ["dilations": .ints([Int.max, Int.max])], ["pads": .ints([1, 1, 1])], ["pads": .ints([-9, 0, 0, 0])], ["pads": .ints([Int.min, 0, 0, 0])],
            ["group": .int(0)], ["group": .int(2)], ["group": .int(Int.max)], ["kernel_shape": .ints([2, 3])], ["kernel_shape": .ints([3])],
            ["auto_pad": .string("SOME")], ["pads": .ints([Int(Int32.max), 0, Int(Int32.max), 0]), "strides": .ints([Int(Int32.max), 1]), "group": .int(3)],
        ]
        for attributes in wrong { #expect(fault("Conv", [x, w], attributes) != nil, "\(attributes)") }
        #expect(fault("Conv", [x, .scattered([2, 2, 5, 5])]) != nil)
        #expect(fault("Conv", [x, .scattered([2, 2, 3])]) != nil)
        #expect(fault("Conv", [.scattered([2, 2]), .scattered([2, 2])]) != nil)
        #expect(fault("Conv", [x, w, .scattered([3])]) != nil)
        #expect(fault("Conv", [x]) != nil)
        #expect(fault("Conv", [.int64s([Int64](repeating: 1, count: 32), [1, 2, 4, 4]), w]) != nil)
    }

    @Test func `an activation and a sum may be fused`() throws {
        let (x, w) = (Tensor.scattered([1, 4, 5, 5]), Tensor.scattered([3, 4, 3, 3], seed: 2))
        let plain = try apply("Conv", [x, w])[0].floats
        let relu = try apply("FusedConv", [x, w, nil], version: 1, domain: "com.microsoft", ["activation": .string("Relu")])[0].floats
        expectClose(relu, plain.map { max($0, 0) })
        let z = Tensor.scattered([1, 3, 3, 3], seed: 8)
        let sum = try apply("FusedConv", [x, w, nil, z], version: 1, domain: "com.microsoft", ["activation": .string("LeakyRelu"), "activation_params": .floats([0.5])])
        expectClose(sum[0].floats, zip(plain, z.floats).map { $0 + $1 }.map { $0 < 0 ? 0.5 * $0 : $0 })
        #expect(fault("FusedConv", [x, w], version: 1, domain: "com.microsoft", ["activation": .string("Magic")])?.code == .unsupported)
    }

    @Test func `rows are images, and only if the weights are shared`() throws {
        func verdict(_ x: [String], _ w: [String]) throws -> Batchability {
            try OneNode.load("Conv", [.scattered([2, 2, 4, 4]), .scattered([2, 2, 3, 3])], dims: [x, w]).batchability
        }
        #expect(try verdict(["n", "2", "4", "4"], ["2", "2", "3", "3"]) != .batchable)
        let graph = ONNX.graph(
            [ONNX.node("Conv", ["x", "w"], ["y"])], inputs: [ONNX.value("x", 1, ["n", "2", "h", "w"])], outputs: [ONNX.value("y", 1, nil)],
            initializers: [ONNX.floats("w", [1, 2, 1, 1], [1, 2])])
        #expect(try Model.load(bytes: ONNX.model(graph)).batchability == .batchable)
    }
}
