internal import Tensors

/// The mean of several tensors of one shape, weighted: `weights: [...]` in the order of the input names; equal ones when absent.
struct WeightedAverageStep: BuiltinStep {
    static let name = "weighted_average"
    static let inputNames: [String]? = nil
    let weights: [Double]

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) { weights = try Self.weights(&options, inputs.count) }

    /// Weights that sum to 1.
    static func weights(_ options: inout StepOptions, _ count: Int) throws(ServingError) -> [Double] {
        let weights = try options.numbers("weights") ?? Array(repeating: 1, count: count)
        let sum = weights.reduce(0, +)
        guard weights.count == count, weights.allSatisfy({ $0 >= 0 }), sum > 0 else {
            throw options.fault("weights", "a list of \(count) numbers, none below 0 and not all 0")
        }
        return weights.map { $0 / sum }
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        var result = inputs[0]
        try result.requireNumber()
        for other in inputs.dropFirst() {
            guard result.fits(other) else { throw ServingError(.invalidArgument, "it averages \(result) and \(other)") }
            result = result.narrowed(by: other)
        }
        return [TensorFacts(result.fractional, result.dims)]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let first = inputs[0]
        for other in inputs where other.shape != first.shape {
            throw ServingError(.invalidArgument, "tensors of shapes \(first.shape) and \(other.shape) have no average")
        }
        return [
            Tensor(first.dataType.isFloatingPoint ? first.dataType : .float32, first.shape) { place in
                var sum = 0.0
                for (index, tensor) in inputs.enumerated() { sum += weights[index] * tensor.number(place) }
                return sum
            }
        ]
    }
}

/// The element that most of several tensors have, weighted like an average; of equals the one of the first input that has it.
struct MajorityVoteStep: BuiltinStep {
    static let name = "majority_vote"
    static let inputNames: [String]? = nil
    let weights: [Double]

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        weights = try WeightedAverageStep.weights(&options, inputs.count)
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        var result = inputs[0]
        guard result.dataType == .string || result.dataType == .bool || result.dataType.isInteger else {
            throw ServingError(.invalidArgument, "it is \(result); votes are whole numbers, truth values or texts")
        }
        for other in inputs.dropFirst() {
            guard result.fits(other) else { throw ServingError(.invalidArgument, "it counts votes in \(result) and \(other)") }
            result = result.narrowed(by: other)
        }
        return [result]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let first = inputs[0]
        for other in inputs where other.shape != first.shape {
            throw ServingError(.invalidArgument, "tensors of shapes \(first.shape) and \(other.shape) cannot vote")
        }
        if first.dataType == .string {
            let texts = inputs.map(\.strings)
            return [
                Tensor(
                    strings: (0..<first.count).map { place in texts[winner { texts[$0][place] == texts[$1][place] }][place] },
                    shape: first.shape)
            ]
        }
        let width = first.dataType.byteWidth
        let result = Tensor(dataType: first.dataType, shape: first.shape)
        for place in 0..<first.count {
            let chosen = winner { inputs[$0].number(place) == inputs[$1].number(place) }
            (result.mutableBytes + place * width).copyMemory(from: inputs[chosen].bytes + place * width, byteCount: width)
        }
        return [result]
    }

    /// The first of those who voted for what got the most.
    private func winner(_ agree: (Int, Int) -> Bool) -> Int {
        var best = (voter: 0, weight: -1.0)
        for voter in weights.indices {
            var weight = 0.0
            for other in weights.indices where agree(voter, other) { weight += weights[other] }
            // Sums in different orders may differ in their last bits.
            if weight > best.weight + 1e-12 { best = (voter, weight) }
        }
        return best.voter
    }
}
