import Engine
import Tensors
import Testing

@Suite struct AttentionTests {
    private let q = Tensor.scattered([2, 4, 3, 8])
    private let k = Tensor.scattered([2, 2, 5, 8], seed: 2)
    private let v = Tensor.scattered([2, 2, 5, 6], seed: 3)

    @Test func `agrees with its parts`() throws {
        let repeated = { (t: Tensor) throws -> Tensor in
            let wide = try apply("Expand", [t.reshaped(to: [2, 2, 1, 5, t.shape[3]]), .int64s([2, 2, 2, 5, Int64(t.shape[3])], [5])])[0]
            return wide.reshaped(to: [2, 4, 5, t.shape[3]])
        }
        let transposed = try apply("Transpose", [try repeated(k)], ["perm": .ints([0, 1, 3, 2])])[0]
        let scores = try apply("Mul", [try apply("MatMul", [q, transposed])[0], .scalar(1 / Float(8).squareRoot())])[0]
        let expected = try apply("MatMul", [try apply("Softmax", [scores], version: 13)[0], try repeated(v)])[0]
        let y = try apply("Attention", [q, k, v], version: 23)[0]
        #expect(y.shape == [2, 4, 3, 6])
        expectClose(y.floats, expected.floats)
    }

    @Test func `a mask of booleans is one of infinities`() throws {
        let flags = (0..<15).map { $0 % 3 != 1 }
        let added = flags.map { $0 ? 0 : -Float.infinity }
        let a = try apply("Attention", [q, k, v, .bools(flags, [3, 5])], version: 23)[0]
        #expect(a.floats == (try apply("Attention", [q, k, v, .floats(added, [3, 5])], version: 23)[0].floats))
        let none = try apply("Attention", [q, k, v, .bools([Bool](repeating: false, count: 15), [3, 5])], version: 23)[0]
        #expect(none.floats.allSatisfy { $0 == 0 })
    }

    @Test func `tokens one by one over a cache are tokens together`() throws {
        let (x, y, z) = (Tensor.scattered([1, 2, 4, 8]), Tensor.scattered([1, 2, 4, 8], seed: 5), Tensor.scattered([1, 2, 4, 8], seed: 6))
        let whole = try apply("Attention", [x, y, z], version: 23, ["is_causal": .int(1)])[0]
        var cache: (Tensor, Tensor) = (.floats([], [1, 2, 0, 8]), .floats([], [1, 2, 0, 8]))
        for token in 0..<4 {
            let range = token..<token + 1
            let step = try apply("Attention", [x.slice(2, range), y.slice(2, range), z.slice(2, range), nil, cache.0, cache.1], version: 23, outputs: 3, ["is_causal": .int(1)])
            expectClose(step[0].floats, whole.slice(2, range).floats)
            cache = (step[1], step[2])
        }
        #expect(cache.0.floats == y.floats)
    }

    @Test func `an entry has the same bits alone and among others`() throws {
        try expectSameBitsAlone("Attention", [(q, 0), (k, 0), (v, 0)], version: 23)
        let (three, masks) = (Tensor.scattered([3, 5, 12]), Tensor.int32s([5, 2, 4], [3]))
        try expectSameBitsAlone(
            "MultiHeadAttention", [(three, 0), (three, 0), (three, 0), (.scattered([36]), nil), (masks, 0)], version: 1, domain: "com.microsoft", ["num_heads": .int(3)])
        try expectSameBitsAlone(
            "Attention", [(three, 0), (.scattered([12, 36], seed: 3), nil), (.scattered([36]), nil)], version: 1, domain: "com.microsoft", ["num_heads": .int(3)])
        let lengths = Tensor.int32s([4, 4, 4], [3])
        try expectSameBitsAlone(
            "GroupQueryAttention", [(.scattered([3, 5, 64]), 0), (.scattered([3, 5, 32], seed: 2), 0), (.scattered([3, 5, 32], seed: 3), 0), (nil, nil), (nil, nil), (lengths, 0), (.int32s([5], .scalar), nil)],
            outputs: [0, 0, 0], version: 1, domain: "com.microsoft", ["num_heads": .int(4), "kv_num_heads": .int(2)])
    }

    @Test func `nothing to attend and nobody to attend`() throws {
        let empty = try apply("Attention", [q, .floats([], [2, 2, 0, 8]), .floats([], [2, 2, 0, 6])], version: 23)[0]
        #expect(empty.shape == [2, 4, 3, 6] && empty.floats.allSatisfy { $0 == 0 })
        #expect(try apply("Attention", [.floats([], [2, 4, 0, 8]), k, v], version: 23)[0].shape == [2, 4, 0, 6])
        #expect(try apply("Attention", [.floats([], [0, 4, 3, 8]), .floats([], [0, 2, 5, 8]), .floats([], [0, 2, 5, 6])], version: 23)[0].shape == [0, 4, 3, 6])
    }

    @Test func `what does not fit is refused, not run`() {
        #expect(fault("Attention", [q, .scattered([2, 3, 5, 8]), .scattered([2, 3, 5, 6])], version: 23) != nil)
        #expect(fault("Attention", [q, k, .scattered([2, 2, 4, 6])], version: 23) != nil)
        #expect(fault("Attention", [q, k, v, .scattered([3, 6])], version: 23) != nil)
        #expect(fault("Attention", [q, k, v, .scattered([2, 5])], version: 23) != nil)
        #expect(fault("Attention", [q, k, v, nil, .scattered([2, 2, 1, 8])], version: 23) != nil)
        #expect(fault("Attention", [q, k, v, nil, nil, nil, .int64s([6, 1], [2])], version: 24)?.code == .invalidInput)
        #expect(fault("Attention", [.scattered([2, 3, 8]), .scattered([2, 5, 8]), .scattered([2, 5, 8])], version: 23) != nil)
        for heads in [-1, 3, Int.max] {
            #expect(fault("Attention", [.scattered([2, 3, 8]), .scattered([2, 5, 8]), .scattered([2, 5, 8])], version: 23, ["q_num_heads": .int(heads), "kv_num_heads": .int(heads)]) != nil)
        }
        for window in [-2, Int.min] { #expect(fault("Attention", [q, k, v], version: 25, ["left_window_size": .int(window)]) != nil) }
        #expect(fault("Attention", [q, k, v], version: 25, ["left_window_size": .int(.max), "right_window_size": .int(.max)]) == nil)
        #expect(fault("GroupQueryAttention", [.scattered([1, 1, 64]), .scattered([1, 1, 32]), .scattered([1, 1, 32]), nil, nil, .int32s([.max], [1]), .int32s([1], .scalar)], version: 1, domain: "com.microsoft", ["num_heads": .int(4), "kv_num_heads": .int(2)])?.code == .invalidInput)
    }
}

@Suite struct RotaryTests {
    @Test func `a quarter turn, in halves and interleaved`() throws {
        let x = Tensor.floats([1, 2, 3, 4], [1, 1, 1, 4])
        let (cosine, sine) = (Tensor.floats([0, 0], [1, 1, 2]), Tensor.floats([1, 1], [1, 1, 2]))
        #expect(try apply("RotaryEmbedding", [x, cosine, sine], version: 23)[0].floats == [-3, -4, 1, 2])
        #expect(try apply("RotaryEmbedding", [x, cosine, sine], version: 23, ["interleaved": .int(1)])[0].floats == [-2, 1, -4, 3])
        let part = try apply("RotaryEmbedding", [x, .floats([0], [1, 1, 1]), .floats([1], [1, 1, 1])], version: 23, ["rotary_embedding_dim": .int(2)])[0]
        #expect(part.floats == [-2, 1, 3, 4])
    }

    @Test func `positions choose the angle, and must exist`() throws {
        let x = Tensor.floats([1, 0, 1, 0], [1, 2, 2])
        func inputs(_ positions: [Int64]) -> [Tensor?] { [x, .floats([1, 0], [2, 1]), .floats([0, 1], [2, 1]), .int64s(positions, [1, positions.count])] }
        #expect(try apply("RotaryEmbedding", inputs([1, 0]), version: 23, ["num_heads": .int(1)])[0].floats == [0, 1, 1, 0])
        #expect(fault("RotaryEmbedding", inputs([2, 0]), version: 23, ["num_heads": .int(1)])?.code == .invalidInput)
        #expect(fault("RotaryEmbedding", inputs([-1, 0]), version: 23, ["num_heads": .int(1)])?.code == .invalidInput)
        #expect(fault("RotaryEmbedding", inputs([0]), version: 23, ["num_heads": .int(1)]) != nil)
        #expect(fault("RotaryEmbedding", inputs([0, 0]), version: 23, ["num_heads": .int(3)]) != nil)
    }

    @Test func `a state that is updated token by token`() throws {
        let (x, y, z) = (Tensor.scattered([2, 4, 8]), Tensor.scattered([2, 4, 4], seed: 2), Tensor.scattered([2, 4, 6], seed: 3))
        let attributes: [String: Attribute] = ["q_num_heads": .int(2), "kv_num_heads": .int(1), "update_rule": .string("linear")]
        let whole = try apply("LinearAttention", [x, y, z], version: 27, outputs: 2, attributes)
        let first = try apply("LinearAttention", [x.slice(1, 0..<3), y.slice(1, 0..<3), z.slice(1, 0..<3)], version: 27, outputs: 2, attributes)
        let last = try apply("LinearAttention", [x.slice(1, 3..<4), y.slice(1, 3..<4), z.slice(1, 3..<4), first[1]], version: 27, outputs: 2, attributes)
        #expect(last[0].floats == whole[0].slice(1, 3..<4).floats && last[1].floats == whole[1].floats)
        try expectSameBitsAlone("LinearAttention", [(x, 0), (y, 0), (z, 0)], outputs: [0, 0], version: 27, attributes)
        #expect(fault("LinearAttention", [x, y, z], version: 27, ["q_num_heads": .int(2), "kv_num_heads": .int(1)]) != nil)
        #expect(fault("LinearAttention", [x, y, z], version: 27, ["q_num_heads": .int(3), "kv_num_heads": .int(2), "update_rule": .string("linear")]) != nil)
    }
}
