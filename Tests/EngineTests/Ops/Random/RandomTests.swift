import Engine
import Tensors
import Testing

@Suite struct RandomTests {
    private let shape = ONNX.ints("shape", [20_000])

    @Test func `numbers follow their distribution`() throws {
        let normal = try OneNode.run("RandomNormal", [], [shape, ONNX.float("mean", 3), ONNX.float("scale", 2)])[0].floats
        let mean = normal.reduce(0, +) / 20_000
        let variance = normal.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 20_000
        #expect(abs(mean - 3) < 0.1 && abs(variance - 4) < 0.3)
        let uniform = try OneNode.run("RandomUniform", [], [shape, ONNX.float("low", -1), ONNX.float("high", 3)])[0].floats
        #expect(uniform.allSatisfy { $0 >= -1 && $0 <= 3 } && abs(uniform.reduce(0, +) / 20_000 - 1) < 0.1)
    }

    @Test func `a seed gives the same numbers, none gives others`() throws {
        let seeded = [shape, ONNX.float("seed", 7)]
        #expect(try OneNode.run("RandomUniform", [], seeded)[0].bits == OneNode.run("RandomUniform", [], seeded)[0].bits)
        let model = try OneNode.load("RandomUniform", [], [shape])
        #expect(try model.run([Tensor]())[0].tensor?.bits != model.run([Tensor]())[0].tensor?.bits)
    }

    @Test func `the generator is the one that NumPy seeds`() throws {
        // numpy.random.RandomState(0).random_sample(3)
        let output = try OneNode.run("RandomUniform", [], [ONNX.ints("shape", [3]), ONNX.float("seed", 0), ONNX.int("dtype", 11)])[0]
            .doubles
        #expect(output == [0.548_813_503_927_324_8, 0.715_189_366_372_419_5, 0.602_763_376_071_643_9])
    }

    @Test func `shape and type may be those of another tensor`() throws {
        #expect(try OneNode.run("RandomNormalLike", [.halves([0, 0], [2, 1])])[0].dataType == .float16)
        let typed = try OneNode.run("RandomUniformLike", [.int64s([0, 0, 0], [3])], [ONNX.int("dtype", 1)])[0]
        #expect(typed.shape == [3] && typed.dataType == .float32)
        #expect(throws: EngineError.self) { try OneNode.run("RandomUniformLike", [.int64s([0], [1])]) }
    }

    @Test func `chances of none and all are certain`() throws {
        #expect(try OneNode.run("Bernoulli", [.floats([0, 1, 0, 1], [4])])[0].floats == [0, 1, 0, 1])
        #expect(try OneNode.run("Bernoulli", [.floats([0, 1], [2])], [ONNX.int("dtype", 9)])[0].bools == [false, true])
        let drawn = try OneNode.run(
            "Multinomial", [.floats([-.infinity, 0, -.infinity, 5, -.infinity, -.infinity], [2, 3])], [ONNX.int("sample_size", 4)])[0]
        #expect(drawn.elements(as: Int32.self) == [1, 1, 1, 1, 0, 0, 0, 0])
    }

    @Test func `dropout drops only in training`() throws {
        let x = Tensor.floats([Float](repeating: 1, count: 10_000), [10_000])
        #expect(try OneNode.run("Dropout", [x])[0].floats == x.floats)
        #expect(try OneNode.run("Dropout", version: 6, [x], [ONNX.float("ratio", 0.9)])[0].floats == x.floats)
        let kept = try OneNode.run("Dropout", version: 22, [x, .scalar(0.25), .bool(true)], outputs: 2)
        let ones = kept[1].bools
        #expect(abs(ones.count { $0 } - 7500) < 250)
        #expect(zip(kept[0].floats, ones).allSatisfy { $0 == ($1 ? Float(4.0 / 3) : 0) })
        let untrained = try OneNode.run("Dropout", version: 22, [x, .scalar(0.25), .bool(false)], outputs: 2)
        #expect(untrained[0].floats == x.floats && untrained[1].bools.allSatisfy { $0 })
        #expect(throws: EngineError.self) { try OneNode.run("Dropout", version: 22, [x, .scalar(1), .bool(true)]) }
    }
}
