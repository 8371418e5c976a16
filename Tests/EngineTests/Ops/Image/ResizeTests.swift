import Engine
import Tensors
import Testing

struct ResizeRow: Sendable, CustomTestStringConvertible {
    let mode: String
    let transformation: String
    var more: [String: Int] = [:]
    let sizes: [Int64]
    let expected: [Float]

    var testDescription: String { "\(mode) \(transformation) to \(sizes)" }

    static let all = [
        ResizeRow(mode: "nearest", transformation: "half_pixel", sizes: [4, 4], expected: [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]),
        ResizeRow(mode: "nearest", transformation: "asymmetric", sizes: [1, 3], expected: [1, 2, 2]),
        ResizeRow(mode: "linear", transformation: "half_pixel", sizes: [2, 4], expected: [1, 1.25, 1.75, 2, 3, 3.25, 3.75, 4]),
        ResizeRow(mode: "linear", transformation: "align_corners", sizes: [3, 3], expected: [1, 1.5, 2, 2, 2.5, 3, 3, 3.5, 4]),
        ResizeRow(mode: "linear", transformation: "asymmetric", sizes: [2, 4], expected: [1, 1.5, 2, 2, 3, 3.5, 4, 4]),
        ResizeRow(mode: "linear", transformation: "pytorch_half_pixel", sizes: [1, 2], expected: [1, 2]),
        ResizeRow(mode: "linear", transformation: "half_pixel", more: ["antialias": 1], sizes: [1, 1], expected: [2.5]),
        ResizeRow(mode: "cubic", transformation: "align_corners", sizes: [2, 3], expected: [1, 1.5, 2, 3, 3.5, 4]),
        ResizeRow(mode: "cubic", transformation: "half_pixel", sizes: [2, 2], expected: [1, 2, 3, 4]),
    ]
}

@Suite struct ResizeTests {
    private let x = Tensor.floats([1, 2, 3, 4], [1, 1, 2, 2])

    @Test(arguments: ResizeRow.all) func `by size`(row: ResizeRow) throws {
        var attributes: [String: Attribute] = ["mode": .string(ByteString(row.mode)), "coordinate_transformation_mode": .string(ByteString(row.transformation))]
        for (name, value) in row.more { attributes[name] = .int(value) }
        let y = try apply("Resize", [x, nil, nil, .int64s([1, 1] + row.sizes, [4])], version: 19, attributes)[0]
        #expect(y.shape.dims == [1, 1] + row.sizes.map { Int($0) })
        expectClose(y.floats, row.expected, row.testDescription)
        let axes = try apply("Resize", [x, nil, nil, .int64s(row.sizes, [2])], version: 19, attributes.merging(["axes": .ints([2, -1])]) { $1 })[0]
        #expect(axes.floats == y.floats)
    }

    @Test func `by factor, in every version`() throws {
        let factors = Tensor.floats([1, 1, 2, 1], [4])
        let expected: [Float] = [1, 2, 1, 2, 3, 4, 3, 4]
        #expect(try apply("Resize", [x, factors], version: 10)[0].floats == expected)
        #expect(try apply("Resize", [x, nil, factors], version: 11)[0].floats == expected)
        #expect(try apply("Resize", [x, .floats([], [0]), factors, nil], version: 13)[0].floats == expected)
        #expect(try apply("Upsample", [x, factors], version: 9)[0].floats == expected)
        #expect(try apply("Upsample", [x], version: 7, ["scales": .floats([1, 1, 2, 1])])[0].floats == expected)
        #expect(try apply("Upsample", [x], version: 1, ["height_scale": .float(2), "width_scale": .float(1)])[0].floats == expected)
    }

    @Test func `an aspect may be kept`() throws {
        func shape(_ policy: String) throws -> Shape {
            try apply("Resize", [.scattered([1, 1, 2, 4]), nil, nil, .int64s([7, 8], [2])], version: 19, ["axes": .ints([2, 3]), "keep_aspect_ratio_policy": .string(ByteString(policy))])[0].shape
        }
        #expect(try shape("not_larger") == [1, 1, 4, 8])
        #expect(try shape("not_smaller") == [1, 1, 7, 14])
        #expect(try shape("stretch") == [1, 1, 7, 8])
    }

    @Test func `a part may be cut out, with a value for what lies outside`() throws {
        let roi = Tensor.floats([0, 0, 0, 0.5, 1, 1, 1, 1.5], [8])
        let attributes: [String: Attribute] = ["mode": .string("linear"), "coordinate_transformation_mode": .string("tf_crop_and_resize"), "extrapolation_value": .float(9)]
        #expect(try apply("Resize", [x, roi, nil, .int64s([1, 1, 2, 3], [4])], version: 13, attributes)[0].floats == [1.5, 2, 9, 3.5, 4, 9])
    }

    @Test func `any type by nearest element`() throws {
        let names = Tensor.strings(["a", "b"], [1, 2])
        #expect(try apply("Resize", [names, nil, .floats([1, 2], [2])], version: 13)[0].texts == ["a", "a", "b", "b"])
        #expect(try apply("Resize", [.uint8s([1, 2], [2]), nil, .floats([1.5], [1])], version: 13)[0].elements(as: UInt8.self) == [1, 1, 2])
        #expect(try apply("Resize", [.uint8s([10, 20], [2]), nil, .floats([2], [1])], version: 13, ["mode": .string("linear")])[0].elements(as: UInt8.self) == [10, 12, 17, 20])
    }

    @Test func `nothing stays nothing, and something cannot come of it`() throws {
        let none = Tensor.floats([], [1, 1, 0, 2])
        #expect(try apply("Resize", [none, nil, .floats([1, 1, 2, 2], [4])], version: 13)[0].shape == [1, 1, 0, 4])
        #expect(fault("Resize", [none, nil, nil, .int64s([1, 1, 3, 3], [4])], version: 13) != nil)
    }

    @Test func `what makes no sense is refused, not run`() {
        for scale: Float in [0, -1, .nan, .infinity, 1e30] { #expect(fault("Resize", [x, nil, .floats([1, 1, scale, 1], [4])], version: 13) != nil, "\(scale)") }
        #expect(fault("Resize", [x, nil, nil, .int64s([1, 1, -1, 2], [4])], version: 13) != nil)
        #expect(fault("Resize", [x, nil, nil, .int64s([1, 1, .max, .max], [4])], version: 13) != nil)
        #expect(fault("Resize", [x, nil, .floats([1, 2], [2])], version: 13) != nil)
        #expect(fault("Resize", [x], version: 13) != nil)
        #expect(fault("Resize", [x, nil, .floats([1, 1, 2, 2], [4])], version: 13, ["mode": .string("magic")]) != nil)
        #expect(fault("Resize", [x, nil, .floats([2, 2], [2])], version: 19, ["axes": .ints([0, 0])]) != nil)
        #expect(fault("Resize", [x, nil, .floats([2, 2], [2])], version: 19, ["axes": .ints([0, 4])]) != nil)
        #expect(fault("Resize", [Tensor([UInt8(1)], dataType: .int4, shape: [1]), nil, .floats([2], [1])], version: 13, ["mode": .string("linear")]) != nil)
        #expect(fault("Resize", [.strings(["a"], [1]), nil, .floats([2], [1])], version: 13, ["mode": .string("linear")]) != nil)
    }

    @Test func `an image has the same bits alone and among others`() throws {
        for mode in ["nearest", "linear", "cubic"] {
            try expectSameBitsAlone("Resize", [(.scattered([3, 2, 5, 6]), 0), (nil, nil), (.floats([1, 1, 1.7, 0.6], [4]), nil)], version: 19, ["mode": .string(ByteString(mode))])
        }
        #expect(try OneNode.load("Resize", version: 13, [x, nil, .floats([1, 1, 2, 2], [4])], dims: [["n", "1", "2", "2"], nil, ["4"]]).batchability != .batchable)
        let graph = ONNX.graph(
            [ONNX.node("Resize", ["x", "", "s"], ["y"])], inputs: [ONNX.value("x", 1, ["n", "1", "h", "w"])], outputs: [ONNX.value("y", 1, nil)],
            initializers: [ONNX.floats("s", [4], [1, 1, 2, 2])])
        #expect(try Model.load(bytes: ONNX.model(graph)).batchability == .batchable)
    }
}
