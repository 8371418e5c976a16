internal import Tensors

/// Draws class numbers with the odds that each row of logarithms gives.
struct Multinomial: Operation {
    let node: Node
    let sampleCount: Int
    let type: DataType
    let seed: Float?

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let odds = try node.operand(inputs, 0, of: .reals)
        guard let dims = odds.dims else { return [Fact(type, [.unknown, .known(sampleCount)])] }
        guard dims.count == 2 else { throw node.malformed("its input must be a matrix, has \(dims.count) axes") }
        return [try node.outputFact(type, [dims[0], .known(sampleCount)])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let input = run.tensor(0)
        let output = try run.target(0, of: self)
        let classes = input.shape[1]
        guard classes > 0 || output.count == 0 else {
            throw EngineError(.invalidInput, "there is no class to draw", place: node.place)
        }
        let odds = run.computed(input, as: Double.self)
        let target = run.destination(for: output, as: Int64.self)
        var cumulative = [Double](repeating: 0, count: classes)
        var twister = MersenneTwister(seed: seed)
        for row in 0..<input.shape[0] {
            let line = odds + row * classes
            var largest = -Double.infinity
            for index in 0..<classes where line[index] > largest { largest = line[index] }
            var sum = 0.0
            for index in 0..<classes {
                sum += Double.exp(line[index] - (largest.isFinite ? largest : 0))
                cumulative[index] = sum
            }
            for sample in 0..<sampleCount {
                let drawn = twister.uniform() * sum
                let index = cumulative.firstIndex { drawn < $0 } ?? classes - 1
                target[row * sampleCount + sample] = Int64(index)
            }
        }
        run.finish(output, from: target)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        inputs[0] == .absent ? [.absent] : [.mixed("it draws random numbers row after row")]
    }

    var isDeterministic: Bool { false }

    static let all: [OperatorEntry] = [
        OperatorEntry("Multinomial", versions: 7...Int.max) { node throws(EngineError) in
            let type = try node.dataType("dtype") ?? .int32
            guard type == .int32 || type == .int64 else { throw node.malformed("attribute 'dtype' must be int32 or int64, is \(type)") }
            let count = try node.int("sample_size", default: 1)
            guard count > 0 else { throw node.malformed("attribute 'sample_size' is \(count)") }
            return Multinomial(node: node, sampleCount: count, type: type, seed: try node.float("seed"))
        }
    ]
}
