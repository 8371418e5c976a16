import Serving
import Tensors

/// A random graph of steps on the one tensor `x`, as a configuration and as plain recursion: what the two must agree on.
struct ReferenceEnsemble {
    /// What a step makes of what it takes; models are y = factor·x + 1.
    enum Work {
        case model(factor: Float)
        /// The sum of two tensors.
        case sum
    }

    enum Condition {
        case always
        /// The largest element of a tensor is above a bound.
        case when(tensor: Int, bound: Float)
        /// The same for each row.
        case perRow(tensor: Int, bound: Float)
        /// The case of a switch on the parameter `mode`: the name of its key.
        case choice(key: String)
    }

    struct Step {
        var work: Work
        /// Tensors by number, 0 being the input; for each input the alternatives.
        var inputs: [[Int]]
        var output: Int
        var condition: Condition
        /// Fails for rows that hold the poison, and a second step takes its place.
        var hasFallback: Bool
        var isPoisoned: Bool
    }

    static let poison: Float = 13
    var steps: [Step] = []
    /// Tensors that the one output is made of, the first that is there.
    var result: [Int] = []
    /// Tensors made by each step, the input first.
    var tensorCount = 1
    var mode = "none"

    init(steps count: Int, decides: Bool, random: inout SeededGenerator) {
        let poisoned = random.next() % 3 == 0 ? Int(random.next() % UInt64(count)) : -1
        for number in 0..<count {
            let known = tensorCount
            func pick() -> [Int] {
                var picked = [Int(random.next() % UInt64(known))]
                if decides, random.next() % 3 == 0 {
                    let other = Int(random.next() % UInt64(known))
                    if other != picked[0] { picked.append(other) }
                }
                return picked
            }
            var step = Step(
                work: .model(factor: [0.5, 2, -1][Int(random.next() % 3)]), inputs: [pick()], output: tensorCount, condition: .always,
                hasFallback: false, isPoisoned: number == poisoned)
            if random.next() % 3 == 0, number != poisoned {
                step.work = .sum
                step.inputs.append(pick())
            }
            if decides {
                switch random.next() % 6 {
                case 0: step.condition = .when(tensor: Int(random.next() % UInt64(known)), bound: Float(random.next() % 9) - 4)
                case 1: step.condition = .perRow(tensor: Int(random.next() % UInt64(known)), bound: Float(random.next() % 9) - 4)
                case 2: step.hasFallback = true
                case 3: step.condition = .choice(key: random.next() % 2 == 0 ? "left" : "right")
                default: break
                }
            }
            tensorCount += 1
            steps.append(step)
        }
        // The last tensors first; the input at the very end, so that there always is one.
        result = (0..<tensorCount).reversed().filter { $0 == 0 || random.next() % 2 == 0 }
        if !decides { result = [tensorCount - 1] }
        mode = ["left", "right", "none"][Int(random.next() % 3)]
    }

    /// The tensor's name.
    func name(_ tensor: Int) -> String { tensor == 0 ? "x" : "t\(tensor)" }

    /// Steps in `order`, for the order of a configuration must not matter.
    func yaml(order: [Int]) -> String {
        var text = "max_batch_size: 64\ninputs: [{name: x, datatype: FP32, shape: [2]}]\n"
        text += "outputs: [{name: y, from: [\(result.map(name).joined(separator: ", "))]}]\nsteps:\n"
        for index in order { text += line(index) }
        return text
    }

    private func line(_ index: Int) -> String {
        let step = steps[index]
        let feeds = { (list: [Int]) in "[\(list.map(name).joined(separator: ", "))]" }
        var body: [String] = ["name: s\(index)"]
        switch step.work {
        case .model(let factor):
            let kind = step.isPoisoned ? "poison" : "m"
            body.append("model: \(kind)\(factor), inputs: {x: \(feeds(step.inputs[0]))}, outputs: {y: \(name(step.output))}")
        case .sum:
            body.append(
                "op: combine, with: {by: add}, inputs: {a: \(feeds(step.inputs[0])), b: \(feeds(step.inputs[1]))}, outputs: {y: \(name(step.output))}"
            )
        }
        switch step.condition {
        case .when(let tensor, let bound): body.append("when: \"max(\(name(tensor))) > \(bound)\"")
        case .perRow(let tensor, let bound): body.append("where: \"max(\(name(tensor))) > \(bound)\"")
        default: break
        }
        if step.hasFallback {
            body.append(
                "fallback: [{name: f\(index), op: fill, with: {value: 7, shape: [2]}, inputs: {x: \(feeds(step.inputs[0]))}, outputs: {y: \(name(step.output))}}]"
            )
        }
        if case .choice(let key) = step.condition {
            return "  - {switch: \"param('mode', 'none')\", cases: {\(key): {\(body.joined(separator: ", "))}}}\n"
        }
        return "  - {\(body.joined(separator: ", "))}\n"
    }

    /// A tensor of some of the rows, by row.
    typealias Rows = [Int: [Float]]

    enum Outcome: Equatable {
        case rows([[Float]])
        /// The step by whose fault there is no answer.
        case failed(step: Int)
        case noOutput
    }

    /// The answer, by evaluating the steps one after the other in the order in which they were made.
    func evaluate(_ rows: [[Float]]) -> Outcome {
        var tensors: [Rows?] = Array(repeating: nil, count: tensorCount)
        tensors[0] = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($0.offset, $0.element) })
        func pick(_ list: [Int]) -> Rows? {
            var merged: Rows = [:]
            var isThere = false
            for tensor in list {
                guard let found = tensors[tensor] else { continue }
                isThere = true
                merged.merge(found) { first, _ in first }
            }
            return isThere ? merged : nil
        }
        for (index, step) in steps.enumerated() {
            if case .choice(let key) = step.condition, key != mode { continue }
            let inputs = step.inputs.map(pick)
            guard !inputs.contains(where: { $0 == nil }) else { continue }
            var chosen = Set(inputs[0]!.keys)
            for input in inputs { chosen.formIntersection(input!.keys) }
            switch step.condition {
            case .when(let tensor, let bound):
                guard let found = tensors[tensor], (found.values.flatMap { $0 }.max() ?? -.infinity) > bound else { continue }
            case .perRow(let tensor, let bound):
                chosen = chosen.filter { row in tensors[tensor].flatMap { $0[row] }.map { $0.max()! > bound } ?? false }
            default: break
            }
            guard !chosen.isEmpty else { continue }
            var made: Rows = [:]
            var fails = false
            for row in chosen {
                let x = inputs[0]![row]!
                switch step.work {
                case .model(let factor):
                    if step.isPoisoned, x.contains(Self.poison) { fails = true }
                    made[row] = x.map { factor * $0 + 1 }
                case .sum: made[row] = zip(x, inputs[1]![row]!).map { $0 + $1 }
                }
            }
            if fails {
                guard step.hasFallback else { return .failed(step: index) }
                made = Dictionary(uniqueKeysWithValues: Set(inputs[0]!.keys).map { ($0, [7, 7]) })
            }
            tensors[step.output] = made
        }
        guard let answer = pick(result), answer.count == rows.count else { return .noOutput }
        return .rows(rows.indices.map { answer[$0]! })
    }
}
