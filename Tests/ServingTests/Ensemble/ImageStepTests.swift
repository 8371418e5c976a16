import Serving
import Tensors
import Testing

/// Built-in steps on pictures.
struct ImageStepTests {
    private func picture(_ height: Int, _ width: Int, _ value: (Int, Int) -> Float) -> Tensor {
        Tensor((0..<height * width).map { value($0 / width, $0 % width) }, dataType: .float32, shape: Shape([1, height, width, 1]))
    }

    private func floats(_ tensor: Tensor) -> [Float] { tensor.elements(as: Float.self) }

    @Test func `axes change places`() throws {
        let x = Tensor((0..<24).map { Int32($0) }, dataType: .int32, shape: Shape([2, 3, 4]))
        let y = try EnsembleTrial.run("transpose", options: ["order": .list([.number(2), .number(0), .number(1)])], inputs: ["x": x])[0]
        #expect(y.shape == Shape([4, 2, 3]))
        var expected: [Int32] = []
        for k in 0..<4 { for i in 0..<2 { for j in 0..<3 { expected.append(Int32(i * 12 + j * 4 + k)) } } }
        #expect(y.elements(as: Int32.self) == expected)
        let none = Tensor(dataType: .int32, shape: Shape([2, 0, 4]))
        #expect(
            try EnsembleTrial.run("transpose", options: ["order": .list([.number(2), .number(0), .number(1)])], inputs: ["x": none])[0].shape
                == Shape([4, 2, 0]))
    }

    @Test func `an order that is no permutation is refused`() {
        let x = Tensor(dataType: .float32, shape: Shape([1, 1]))
        #expect(throws: ServingError.self) {
            try EnsembleTrial.run("transpose", options: ["order": .list([.number(0), .number(0)])], inputs: ["x": x])
        }
    }

    @Test func `places are gathered, some twice, some from the end`() throws {
        let x = Tensor([10, 11, 20, 21, 30, 31] as [Float], dataType: .float32, shape: Shape([3, 2]))
        let indices = Tensor([2, 0, -1] as [Int64], dataType: .int64, shape: Shape([3]))
        let y = try EnsembleTrial.run("gather", inputs: ["x": x, "indices": indices])[0]
        #expect(floats(y) == [30, 31, 10, 11, 30, 31])
        let beyond = Tensor([3] as [Int64], dataType: .int64, shape: Shape([1]))
        #expect(throws: ServingError.self) { try EnsembleTrial.run("gather", inputs: ["x": x, "indices": beyond]) }
    }

    @Test func `a picture twice as large repeats its pixels or blends them`() throws {
        let x = picture(1, 2) { _, column in Float(column * 4) }
        let size: [String: StepOption] = ["height": .number(1), "width": .number(4)]
        let nearest = try EnsembleTrial.run("resize_image", options: size.merging(["method": .text("nearest")]) { $1 }, inputs: ["x": x])[0]
        #expect(floats(nearest) == [0, 0, 4, 4])
        let blended = try EnsembleTrial.run("resize_image", options: size, inputs: ["x": x])[0]
        #expect(floats(blended) == [0, 1, 3, 4])
    }

    @Test func `the area method takes the mean of what a pixel covers`() throws {
        let x = picture(3, 3) { row, column in Float(row * 3 + column) }
        let y = try EnsembleTrial.run(
            "resize_image", options: ["height": .number(1), "width": .number(1), "method": .text("area")], inputs: ["x": x])[0]
        #expect(abs(floats(y)[0] - 4) < 1e-5)
    }

    @Test func `the shortest side and the multiple decide`() throws {
        let x = picture(10, 25) { _, _ in 7 }
        let y = try EnsembleTrial.run("resize_image", options: ["shortest": .number(20), "multiple": .number(8)], inputs: ["x": x])[0]
        #expect(y.shape == Shape([1, 24, 48, 1]))
        #expect(floats(y).allSatisfy { abs($0 - 7) < 1e-4 })
    }

    @Test func `a box of whole pixels is cut out as it is`() throws {
        let x = picture(6, 8) { row, column in Float(row * 8 + column) }
        let boxes = Tensor([2, 1, 5, 3, 0, 0, 3, 2] as [Float], dataType: .float32, shape: Shape([2, 4]))
        let y = try EnsembleTrial.run("crop_boxes", options: ["height": .number(2), "width": .number(3)], inputs: ["image": x, "boxes": boxes])[0]
        #expect(y.shape == Shape([2, 2, 3, 1]))
        for (got, wanted) in zip(floats(y), [10, 11, 12, 18, 19, 20, 0, 1, 2, 8, 9, 10] as [Float]) { #expect(abs(got - wanted) < 1e-3) }
    }

    @Test func `a turned box is read from its other side`() throws {
        let x = picture(2, 2) { row, column in Float(row * 2 + column) }
        let box = Tensor([0, 0, 2, 0, 2, 2, 0, 2] as [Float], dataType: .float32, shape: Shape([1, 4, 2]))
        let flags = Tensor([1] as [UInt8], dataType: .bool, shape: Shape([1]))
        let turned = try EnsembleTrial.run("turn_boxes", inputs: ["boxes": box, "flags": flags])[0]
        let y = try EnsembleTrial.run("crop_boxes", options: ["height": .number(2), "width": .number(2)], inputs: ["image": x, "boxes": turned])[0]
        for (got, wanted) in zip(floats(y), [3, 2, 1, 0] as [Float]) { #expect(abs(got - wanted) < 1e-3) }
    }

    @Test func `padding keeps the proportion and fills the rest`() throws {
        let x = picture(4, 4) { _, _ in 5 }
        let box = Tensor([0, 0, 4, 4] as [Float], dataType: .float32, shape: Shape([1, 4]))
        let options: [String: StepOption] = ["height": .number(2), "width": .number(5), "fit": .text("pad"), "fill": .number(9)]
        let y = try EnsembleTrial.run("crop_boxes", options: options, inputs: ["image": x, "boxes": box])[0]
        for (got, wanted) in zip(floats(y), [5, 5, 9, 9, 9, 5, 5, 9, 9, 9] as [Float]) { #expect(abs(got - wanted) < 1e-3) }
    }

    @Test func `no boxes make no crops`() throws {
        let x = picture(4, 4) { _, _ in 5 }
        let none = Tensor(dataType: .float32, shape: Shape([0, 4, 2]))
        let y = try EnsembleTrial.run("crop_boxes", options: ["height": .number(2), "width": .number(5)], inputs: ["image": x, "boxes": none])[0]
        #expect(y.shape == Shape([0, 2, 5, 1]))
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity, 1e30])
    func `a corner that is nowhere is refused`(_ corner: Float) {
        let x = picture(4, 4) { _, _ in 5 }
        let box = Tensor([0, 0, corner, 4] as [Float], dataType: .float32, shape: Shape([1, 4]))
        #expect(throws: ServingError.self) {
            try EnsembleTrial.run("crop_boxes", options: ["height": .number(2), "width": .number(5)], inputs: ["image": x, "boxes": box])
        }
    }

    @Test func `two lines of text are two boxes, from the top`() throws {
        var map = [Float](repeating: 0.01, count: 60 * 100)
        for (top, left) in [(40, 20), (10, 50)] {
            for y in top..<top + 8 { for x in left..<left + 40 { map[y * 100 + x] = 0.9 } }
        }
        let image = Tensor(dataType: .uint8, shape: Shape([1, 120, 200, 3]))
        let results = try EnsembleTrial.run(
            "text_boxes", options: ["unclip": .number(0), "dilate": .flag(false)],
            inputs: ["map": Tensor(map, dataType: .float32, shape: Shape([1, 1, 60, 100])), "image": image])
        #expect(floats(results[0]) == [100, 20, 180, 20, 180, 36, 100, 36, 40, 80, 120, 80, 120, 96, 40, 96])
        #expect(floats(results[1]).allSatisfy { abs($0 - 0.9) < 1e-5 })
    }

    @Test func `faint and tiny spots are no text`() throws {
        var map = [Float](repeating: 0, count: 40 * 40)
        for y in 5..<15 { for x in 5..<30 { map[y * 40 + x] = 0.4 } }
        map[30 * 40 + 30] = 1
        let image = Tensor(dataType: .uint8, shape: Shape([1, 40, 40, 3]))
        let results = try EnsembleTrial.run(
            "text_boxes", inputs: ["map": Tensor(map, dataType: .float32, shape: Shape([1, 1, 40, 40])), "image": image])
        #expect(results[0].shape == Shape([0, 4, 2]))
    }

    @Test func `repeated symbols are one, and a blank parts them`() throws {
        // Places of two rows over blank, a and b.
        let best = [[1, 1, 0, 1, 2, 2], [0, 0, 0, 0, 0, 0]]
        var values: [Float] = []
        for place in best.joined() { for symbol in 0..<3 { values.append(symbol == place ? 0.8 : 0.1) } }
        let results = try EnsembleTrial.run(
            "ctc_decode", options: ["file": .text("symbols.txt")],
            inputs: ["x": Tensor(values, dataType: .float32, shape: Shape([2, 6, 3]))], files: ["symbols.txt": Array("a\nb\n".utf8)])
        #expect(results[0].strings == ["aab", ""])
        #expect(abs(floats(results[1])[0] - 0.8) < 1e-6)
        #expect(floats(results[1])[1] == 0)
    }

    @Test func `bytes that are no picture are refused`() {
        let x = Tensor(strings: ["GIF89a, perhaps"], shape: Shape([1]))
        #expect(throws: ServingError.self) { try EnsembleTrial.run("decode_image", inputs: ["x": x]) }
    }
}
