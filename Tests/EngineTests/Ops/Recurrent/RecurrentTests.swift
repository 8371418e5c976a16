import Engine
import Tensors
import Testing

@Suite struct RecurrentTests {
    private static let gates = ["RNN": 1, "GRU": 3, "LSTM": 4]

    private func inputs(_ cell: String, batch: Int = 3, directions: Int = 1) -> [Tensor?] {
        inputs(Self.gates[cell] ?? 1, batch: batch, directions: directions)
    }

    /// The same inputs but for the first.
    private func replacing(_ x: Tensor?, in inputs: [Tensor?], _ more: Tensor?...) -> [Tensor?] {
        var result = inputs
        result[0] = x
        return result + more
    }

    private func inputs(_ gates: Int, steps: Int = 4, batch: Int = 3, input: Int = 2, hidden: Int = 5, directions: Int = 1) -> [Tensor?] {
        [
            .scattered([steps, batch, input]), .scattered([directions, gates * hidden, input], seed: 2), .scattered([directions, gates * hidden, hidden], seed: 3),
            .scattered([directions, 2 * gates * hidden], seed: 4),
        ]
    }

    @Test func `one step of each by hand`() throws {
        let one: [Tensor?] = [.floats([2], [1, 1, 1]), .floats([0.5], [1, 1, 1]), .floats([9], [1, 1, 1])]
        let rnn = try apply("RNN", one, outputs: 2, ["hidden_size": .int(1)])
        expectClose(rnn[0].floats, [0.76159416])
        #expect(rnn[0].shape == [1, 1, 1, 1] && rnn[1].floats == rnn[0].floats)
        let gru = try apply("GRU", [one[0], .floats([1, 0, 0.5], [1, 3, 1]), .floats([0, 0, 0], [1, 3, 1])], outputs: 2, ["hidden_size": .int(1)])
        expectClose(gru[1].floats, [(1 - 0.880797) * 0.76159416])
        let lstm = try apply("LSTM", [one[0], .floats([1, 2, 3, 0.5], [1, 4, 1]), .floats([0, 0, 0, 0], [1, 4, 1])], outputs: 3, ["hidden_size": .int(1)])
        let cell: Float = 0.880797 * 0.76159416
        expectClose(lstm[2].floats, [cell])
        expectClose(lstm[1].floats, [0.98201376 * 0.585573], tolerance: 1e-3)
    }

    @Test(arguments: ["RNN", "GRU", "LSTM"], ["forward", "reverse", "bidirectional"])
    func `a row has the same bits alone and among others`(cell: String, direction: String) throws {
        let directions = direction == "bidirectional" ? 2 : 1
        let all = inputs(cell, batch: 11, directions: directions)
        let lengths = Tensor.int32s((0..<11).map { Int32($0 % 5) }, [11])
        let outputs = cell == "LSTM" ? [2, 1, 1] : [2, 1]
        try expectSameBitsAlone(
            cell, [(all[0], 1), (all[1], nil), (all[2], nil), (all[3], nil), (lengths, 0), (.scattered([directions, 11, 5], seed: 9), 1)], outputs: outputs,
            ["hidden_size": .int(5), "direction": .string(ByteString(direction))])
    }

    @Test(arguments: ["RNN", "GRU", "LSTM"]) func `what lies past the end of a row is zero, and its last state is kept`(cell: String) throws {
        let all = inputs(cell)
        let attributes: [String: Attribute] = ["hidden_size": .int(5)]
        let y = try apply(cell, replacing(all[0], in: all, .int32s([4, 2, 0], [3])), outputs: 2, attributes)
        let short = try apply(cell, replacing(all[0]?.slice(0, 0..<2), in: all), outputs: 2, attributes)
        #expect(y[1].slice(1, 1..<2).floats == short[1].slice(1, 1..<2).floats)
        #expect(y[0].slice(0, 2..<4).slice(2, 1..<3).floats.allSatisfy { $0 == 0 })
        #expect(y[1].slice(1, 2..<3).floats.allSatisfy { $0 == 0 })
    }

    @Test(arguments: ["RNN", "GRU", "LSTM"]) func `the batch may come first`(cell: String) throws {
        let all = inputs(cell, directions: 2)
        let attributes: [String: Attribute] = ["hidden_size": .int(5), "direction": .string("bidirectional")]
        let plain = try apply(cell, all, outputs: 2, attributes)
        let swapped = try apply("Transpose", [all[0]], ["perm": .ints([1, 0, 2])])[0]
        let first = try apply(cell, replacing(swapped, in: all), outputs: 2, attributes.merging(["layout": .int(1)]) { $1 })
        #expect(try apply("Transpose", [first[0]], ["perm": .ints([1, 2, 0, 3])])[0].floats == plain[0].floats)
        #expect(try apply("Transpose", [first[1]], ["perm": .ints([1, 0, 2])])[0].floats == plain[1].floats)
    }

    @Test func `backwards is forwards of the reversed`() throws {
        let all = inputs(4)
        let reversed = Tensor.floats((0..<4).reversed().flatMap { all[0]?.slice(0, $0..<$0 + 1).floats ?? [] }, [4, 3, 2])
        let back = try apply("LSTM", all, outputs: 2, ["hidden_size": .int(5), "direction": .string("reverse")])
        let forth = try apply("LSTM", replacing(reversed, in: all), outputs: 2, ["hidden_size": .int(5)])
        #expect(back[1].floats == forth[1].floats)
    }

    @Test func `wide floats, no rows and no steps`() throws {
        let all = inputs(4)
        let wide = try all.map { try apply("Cast", [$0], ["to": .int(11)])[0] }
        let narrow = try apply("LSTM", all, outputs: 3, ["hidden_size": .int(5)])
        let y = try apply("LSTM", wide, outputs: 3, ["hidden_size": .int(5)])
        #expect(y[0].dataType == .float64)
        expectClose(y[0].doubles.map(Float.init), narrow[0].floats)
        #expect(try apply("LSTM", replacing(.floats([], [4, 0, 2]), in: all), outputs: 2, ["hidden_size": .int(5)])[0].shape == [4, 1, 0, 5])
        let still = try apply("GRU", replacing(.floats([], [0, 3, 2]), in: inputs(3), nil, .scattered([1, 3, 5], seed: 7)), outputs: 2, ["hidden_size": .int(5)])
        #expect(still[1].floats == Tensor.scattered([1, 3, 5], seed: 7).floats)
    }

    @Test func `what does not fit is refused, not run`() {
        let all = inputs(4)
        let wrong: [[String: Attribute]] = [
            ["hidden_size": .int(4)], ["hidden_size": .int(0)], ["hidden_size": .int(Int.max)], ["direction": .string("sideways")], ["direction": .string("bidirectional")],
            ["activations": .strings(["Sigmoid"])], ["activations": .strings(["Sigmoid", "Tanh", "Magic"])],
        ]
        for attributes in wrong { #expect(fault("LSTM", all, attributes) != nil, "\(attributes)") }
        #expect(fault("LSTM", replacing(all[0], in: all, .int32s([1, 2], [2]))) != nil)
        #expect(fault("LSTM", replacing(all[0], in: all, .int32s([1, 2, 5], [3])))?.code == .invalidInput)
        #expect(fault("LSTM", replacing(all[0], in: all, .int32s([1, 2, -1], [3])))?.code == .invalidInput)
        #expect(fault("LSTM", replacing(all[0], in: all, nil, .scattered([1, 2, 5]))) != nil)
        #expect(fault("GRU", all) != nil)
    }
}
