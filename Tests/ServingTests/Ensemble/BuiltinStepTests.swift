import Serving
import Tensors
import Testing

private func numbers(_ values: [Float], _ shape: Shape) -> Tensor { Tensor(values, dataType: .float32, shape: shape) }
private func whole(_ values: [Int64], _ shape: Shape) -> Tensor { Tensor(values, dataType: .int64, shape: shape) }
private func texts(_ values: [String], _ shape: Shape) -> Tensor { Tensor(strings: values.map { ByteString($0) }, shape: shape) }

@Suite struct `a built-in step` {
    private func floats(of step: String, _ options: [String: StepOption] = [:], _ inputs: [String: Tensor]) throws -> [Float] {
        try EnsembleTrial.run(step, options: options, inputs: inputs)[0].elements(as: Float.self)
    }

    @Test func `cast changes types and holds numbers within them`() throws {
        let x = numbers([-1.7, 0.2, 300, .nan], [4])
        #expect(
            try EnsembleTrial.run("cast", options: ["to": .text("UINT8")], inputs: ["x": x])[0].elements(as: UInt8.self) == [0, 0, 255, 0])
        #expect(
            try EnsembleTrial.run("cast", options: ["to": .text("INT64")], inputs: ["x": x])[0].elements(as: Int64.self) == [-1, 0, 300, 0])
        #expect(
            try EnsembleTrial.run("cast", options: ["to": .text("BOOL")], inputs: ["x": numbers([0, 2], [2])])[0].elements(as: UInt8.self)
                == [0, 1])
        #expect(
            try EnsembleTrial.run("cast", options: ["to": .text("BYTES")], inputs: ["x": whole([.max, -3], [2])])[0].strings == [
                "9223372036854775807", "-3",
            ])
        #expect(try floats(of: "cast", ["to": .text("FP32")], ["x": texts(["1.5", "-2"], [2])]) == [1.5, -2])
        let error = #expect(throws: ServingError.self) {
            try EnsembleTrial.run("cast", options: ["to": .text("FP32")], inputs: ["x": texts(["one"], [1])])
        }
        #expect(error?.message == "'one' is no number")
        for type in ["FP16", "BF16", "FP64", "INT8", "UINT16", "INT16", "UINT32", "INT32", "UINT64"] {
            let there = try EnsembleTrial.run("cast", options: ["to": .text(type)], inputs: ["x": numbers([0, 1, 2, 100], [2, 2])])[0]
            #expect(try floats(of: "cast", ["to": .text("FP32")], ["x": there]) == [0, 1, 2, 100])
        }
    }

    @Test func `reshape keeps and infers extents`() throws {
        let x = numbers([1, 2, 3, 4, 5, 6], [1, 2, 3])
        #expect(
            try EnsembleTrial.run("reshape", options: ["shape": .list([.number(0), .number(-1)])], inputs: ["x": x])[0].shape == [1, 6])
        for shape in [[4], [4, -1], [0, 0, 0, 0]] {
            #expect(throws: ServingError.self) {
                try EnsembleTrial.run("reshape", options: ["shape": .list(shape.map { .number(Double($0)) })], inputs: ["x": x])
            }
        }
        #expect(throws: ServingError.self) {
            try EnsembleTrial.run("reshape", options: ["shape": .list([.number(-1), .number(-1)])], inputs: ["x": x])
        }
    }

    @Test func `concat joins along an axis in the order of the names`() throws {
        let (a, b) = (numbers([1, 2], [2, 1]), numbers([3, 4, 5, 6], [2, 2]))
        #expect(try floats(of: "concat", [:], ["a": a, "b": b]) == [1, 3, 4, 2, 5, 6])
        #expect(try floats(of: "concat", ["axis": .number(0)], ["b": b, "c": b]) == [3, 4, 5, 6, 3, 4, 5, 6])
        #expect(
            try EnsembleTrial.run("concat", inputs: ["a": texts(["x"], [1, 1]), "b": texts(["y", "z"], [1, 2])])[0].strings == [
                "x", "y", "z",
            ])
        #expect(throws: ServingError.self) { try EnsembleTrial.run("concat", options: ["axis": .number(0)], inputs: ["a": a, "b": b]) }
        #expect(throws: ServingError.self) { try EnsembleTrial.run("concat", inputs: ["a": a, "b": whole([1, 2], [2, 1])]) }
    }

    @Test func `slice and select take parts of an axis`() throws {
        let x = numbers([1, 2, 3, 4, 5, 6], [2, 3])
        #expect(try floats(of: "slice", ["start": .number(1)], ["x": x]) == [2, 3, 5, 6])
        #expect(try floats(of: "slice", ["start": .number(-2), "end": .number(-1)], ["x": x]) == [2, 5])
        #expect(try floats(of: "slice", ["start": .number(7)], ["x": x]) == [])
        #expect(try floats(of: "slice", ["axis": .number(0), "end": .number(1)], ["x": x]) == [1, 2, 3])
        #expect(try floats(of: "select", ["indices": .list([.number(2), .number(0)])], ["x": x]) == [3, 1, 6, 4])
        let dropped = try EnsembleTrial.run("select", options: ["indices": .number(-1), "drop": .flag(true)], inputs: ["x": x])[0]
        #expect(dropped.shape == [2] && dropped.elements(as: Float.self) == [3, 6])
        #expect(throws: ServingError.self) { try EnsembleTrial.run("select", options: ["indices": .number(3)], inputs: ["x": x]) }
        #expect(throws: ServingError.self) { try EnsembleTrial.run("slice", options: ["axis": .number(2)], inputs: ["x": x]) }
    }

    @Test func `scale normalises by one number or one a place`() throws {
        let x = numbers([1, 2, 3, 4], [2, 2])
        #expect(try floats(of: "scale", ["mean": .number(1), "std": .number(2)], ["x": x]) == [0, 0.5, 1, 1.5])
        #expect(
            try floats(of: "scale", ["mean": .list([.number(1), .number(2)]), "factor": .number(10), "offset": .number(1)], ["x": x]) == [
                1, 1, 21, 21,
            ])
        #expect(try floats(of: "scale", ["axis": .number(0), "offset": .list([.number(10), .number(20)])], ["x": x]) == [11, 12, 23, 24])
        #expect(try floats(of: "scale", ["factor": .number(2)], ["x": whole([1, 2], [2])]) == [2, 4])
        #expect(throws: ServingError.self) { try EnsembleTrial.run("scale", options: ["std": .number(0)], inputs: ["x": x]) }
        #expect(throws: ServingError.self) {
            try EnsembleTrial.run("scale", options: ["mean": .list([.number(1), .number(2), .number(3)])], inputs: ["x": x])
        }
    }

    @Test func `one-hot, softmax, sigmoid, argmax and threshold`() throws {
        #expect(try floats(of: "one_hot", ["depth": .number(3)], ["x": whole([2, 0, 7], [3])]) == [0, 0, 1, 1, 0, 0, 0, 0, 0])
        let soft = try floats(of: "softmax", [:], ["x": numbers([0, 0, 1000, 0], [2, 2])])
        #expect(soft == [0.5, 0.5, 1, 0])
        #expect(try floats(of: "sigmoid", [:], ["x": numbers([0, 100, -100], [3])])[0] == 0.5)
        let x = numbers([1, 3, 3, 9, 2, 1], [2, 3])
        #expect(try EnsembleTrial.run("argmax", inputs: ["x": x])[0].elements(as: Int64.self) == [1, 0])
        let columns = try EnsembleTrial.run("argmax", options: ["axis": .number(0), "keep": .flag(true)], inputs: ["x": x])[0]
        #expect(columns.shape == [1, 3] && columns.elements(as: Int64.self) == [1, 0, 0])
        #expect(throws: ServingError.self) { try EnsembleTrial.run("argmax", inputs: ["x": numbers([], [2, 0])]) }
        #expect(
            try EnsembleTrial.run("threshold", options: ["at": .number(0.1)], inputs: ["x": numbers([0.1, 0.05], [2])])[0].elements(
                as: UInt8.self) == [1, 0])
    }

    @Test func `top-k gives values, places and labels`() throws {
        let labels = StepOption.list([.text("a"), .text("b"), .text("c")])
        let results = try EnsembleTrial.run(
            "top_k", options: ["k": .number(2), "labels": labels], inputs: ["x": numbers([1, 3, 2, .nan, 5, 5], [2, 3])])
        #expect(results[0].elements(as: Float.self) == [3, 2, 5, 5])
        #expect(results[1].elements(as: Int64.self) == [1, 2, 1, 2])
        #expect(results[2].strings == ["b", "c", "b", "c"])
        #expect(throws: ServingError.self) {
            try EnsembleTrial.run("top_k", options: ["k": .number(4)], inputs: ["x": numbers([1, 2, 3], [1, 3])])
        }
    }

    @Test func `reduce and combine`() throws {
        let x = numbers([1, 2, 3, 4], [2, 2])
        for (kind, expected) in [("max", [Float(2), 4]), ("min", [1, 3]), ("mean", [1.5, 3.5]), ("sum", [3, 7])] {
            #expect(try floats(of: "reduce", ["by": .text(kind)], ["x": x]) == expected)
        }
        for (kind, expected) in [
            ("add", [Float(2), 4, 6, 8]), ("subtract", [0, 0, 0, 0]), ("multiply", [1, 4, 9, 16]), ("divide", [1, 1, 1, 1]),
        ] {
            #expect(try floats(of: "combine", ["by": .text(kind)], ["a": x, "b": x]) == expected)
        }
        #expect(throws: ServingError.self) {
            try EnsembleTrial.run("combine", options: ["by": .text("add")], inputs: ["a": x, "b": numbers([1], [1, 1])])
        }
    }

    @Test func `averages and votes`() throws {
        let (a, b) = (numbers([0, 1], [2]), numbers([1, 0], [2]))
        #expect(try floats(of: "weighted_average", [:], ["a": a, "b": b]) == [0.5, 0.5])
        #expect(try floats(of: "weighted_average", ["weights": .list([.number(1), .number(3)])], ["a": a, "b": b]) == [0.75, 0.25])
        #expect(throws: ServingError.self) {
            try EnsembleTrial.run("weighted_average", options: ["weights": .list([.number(1)])], inputs: ["a": a, "b": b])
        }
        let votes = ["a": whole([1, 2, 3], [3]), "b": whole([2, 2, 4], [3]), "c": whole([2, 1, 5], [3])]
        #expect(try EnsembleTrial.run("majority_vote", inputs: votes)[0].elements(as: Int64.self) == [2, 2, 3])
        let heavy = ["weights": StepOption.list([.number(5), .number(1), .number(1)])]
        #expect(try EnsembleTrial.run("majority_vote", options: heavy, inputs: votes)[0].elements(as: Int64.self) == [1, 2, 3])
        #expect(
            try EnsembleTrial.run("majority_vote", inputs: ["a": texts(["x"], [1]), "b": texts(["y"], [1]), "c": texts(["y"], [1])])[0]
                .strings == ["y"])
        #expect(throws: ServingError.self) { try EnsembleTrial.run("majority_vote", inputs: ["a": a]) }
    }

    @Test func `text, join, length, contains and label work on strings`() throws {
        let x = texts(["  Über  alles ", ""], [2])
        #expect(
            try EnsembleTrial.run("text", options: ["do": .list([.text("trim"), .text("squeeze"), .text("lower")])], inputs: ["x": x])[0]
                .strings == ["über alles", ""])
        #expect(
            try EnsembleTrial.run(
                "text", options: ["replace": .text("aa"), "by": .text("b"), "suffix": .text("!")], inputs: ["x": texts(["aaa"], [1])])[0]
                .strings == ["ba!"])
        #expect(
            try EnsembleTrial.run("join", options: ["separator": .text("-")], inputs: ["a": texts(["x"], [1]), "b": texts(["y"], [1])])[0]
                .strings == ["x-y"])
        #expect(try EnsembleTrial.run("length", inputs: ["x": x])[0].elements(as: Int64.self) == [15, 0])
        #expect(
            try EnsembleTrial.run("contains", options: ["text": .text("alles")], inputs: ["x": x])[0].elements(as: UInt8.self) == [1, 0])
        let labels = ["labels": StepOption.list([.text("no"), .text("yes")])]
        #expect(try EnsembleTrial.run("label", options: labels, inputs: ["x": whole([1, 0], [2])])[0].strings == ["yes", "no"])
        let error = #expect(throws: ServingError.self) { try EnsembleTrial.run("label", options: labels, inputs: ["x": whole([2], [1])]) }
        #expect(error?.message == "there is no label for 2, only 2 labels")
        #expect(
            try EnsembleTrial.run("fill", options: ["value": .number(7), "shape": .number(2)], inputs: ["x": x])[0].elements(as: Float.self)
                == [7, 7, 7, 7])
    }

    @Test func `nms keeps the best of boxes that overlap`() throws {
        let boxes = numbers([0, 0, 10, 10, 1, 1, 11, 11, 20, 20, 30, 30, 0, 0, 10, 10], [4, 4])
        let scores = numbers([0.8, 0.9, 0.3, 0.05], [4])
        let options: [String: StepOption] = ["iou": .number(0.5), "score": .number(0.1)]
        let kept = try EnsembleTrial.run("nms", options: options, inputs: ["boxes": boxes, "scores": scores])
        #expect(kept[2].elements(as: Int64.self) == [1, 2])
        #expect(kept[0].elements(as: Float.self) == [1, 1, 11, 11, 20, 20, 30, 30])
        #expect(kept[1].elements(as: Float.self) == [0.9, 0.3])
        let all = try EnsembleTrial.run(
            "nms", options: ["iou": .number(1), "max": .number(3)], inputs: ["boxes": boxes, "scores": scores])
        #expect(all[2].elements(as: Int64.self) == [1, 0, 2])
        let centred = try EnsembleTrial.run(
            "nms", options: ["form": .text("center")],
            inputs: ["boxes": numbers([5, 5, 10, 10, 6, 5, 10, 10], [2, 4]), "scores": numbers([1, 2], [2])])
        #expect(centred[2].elements(as: Int64.self) == [1])
        #expect(try EnsembleTrial.run("nms", inputs: ["boxes": numbers([], [0, 4]), "scores": numbers([], [0])])[0].shape == [0, 4])
        #expect(throws: ServingError.self) {
            try EnsembleTrial.run("nms", inputs: ["boxes": numbers([.nan, 0], [1, 2]), "scores": numbers([1], [1])])
        }
    }

    /// Every built-in step on every type and on shapes without elements, without axes and with many: an answer or an error, never an end.
    @Test(arguments: EnsembleTrial.builtins) func `takes any tensor or says why not`(step: String) {
        let options: [[String: StepOption]] = [
            [:], ["to": .text("FP32")], ["shape": .list([.number(0), .number(-1)])], ["indices": .number(0)], ["depth": .number(2)],
            ["k": .number(1)],
            ["at": .number(1)], ["by": .text("max")], ["by": .text("mean"), "axis": .number(0)], ["labels": .text("a")],
            ["text": .text("a")],
            ["axis": .number(1)], ["by": .text("divide")], ["do": .text("upper")],
        ]
        let shapes: [Shape] = [[], [0], [1], [3], [0, 2], [2, 0], [2, 3], [1, 2, 1, 2]]
        var answers = 0
        for type in [DataType.bool, .uint8, .int64, .uint64, .float16, .bfloat16, .float32, .float64, .string, .complex64] {
            for shape in shapes {
                let tensor =
                    type == .string
                    ? texts(Array(repeating: "1", count: shape.count), shape)
                    : Tensor([UInt8](repeating: 1, count: shape.count * type.byteWidth), shape: shape, of: type)
                for option in options {
                    for inputs in [["x": tensor], ["a": tensor, "b": tensor]]
                    where (try? EnsembleTrial.run(step, options: option, inputs: inputs)) != nil {
                        answers += 1
                    }
                }
            }
        }
        // Some need a file, a picture, three axes, two shapes or an order of axes.
        let demanding: Set = [
            "wordpiece", "bpe", "mean_pool", "nms", "transpose", "gather", "resize_image", "crop_boxes", "turn_boxes", "text_boxes",
            "ctc_decode",
        ]
        #expect(answers > 0 || demanding.contains(step))
    }
}

extension Tensor {
    fileprivate init(_ bytes: [UInt8], shape: Shape, of dataType: DataType) {
        self.init(dataType: dataType, shape: shape)
        if !bytes.isEmpty { mutableBytes.copyMemory(from: bytes, byteCount: bytes.count) }
    }
}
