/// A parsed regular expression.
indirect enum RegularExpressionSyntax {
    case empty
    case set(ScalarSet)
    case require(RegularExpression.Assertion)
    case sequence([RegularExpressionSyntax])
    case choice([RegularExpressionSyntax])
    case repeated(RegularExpressionSyntax, from: Int, upTo: Int?)
}

/// Turns a parsed expression into steps.
struct RegularExpressionCompiler {
    private var steps: [RegularExpression.Step] = []

    mutating func compile(_ syntax: RegularExpressionSyntax) throws(EngineError) -> [RegularExpression.Step] {
        try emit(syntax)
        try add(.accept)
        return steps
    }

    @discardableResult
    private mutating func add(_ step: RegularExpression.Step) throws(EngineError) -> Int {
        guard steps.count < RegularExpression.maximumSteps else {
            throw EngineError(.resourceExhausted, "more than \(RegularExpression.maximumSteps) steps")
        }
        steps.append(step)
        return steps.count - 1
    }

    private mutating func emit(_ syntax: RegularExpressionSyntax) throws(EngineError) {
        switch syntax {
        case .empty: break
        case .set(let set): try add(.take(set))
        case .require(let assertion): try add(.require(assertion))
        case .sequence(let parts):
            for part in parts { try emit(part) }
        case .choice(let options):
            var ends: [Int] = []
            for (index, option) in options.enumerated() {
                if index == options.count - 1 {
                    try emit(option)
                    break
                }
                let fork = try add(.fork(0, 0))
                try emit(option)
                ends.append(try add(.jump(0)))
                steps[fork] = .fork(fork + 1, steps.count)
            }
            for end in ends { steps[end] = .jump(steps.count) }
        case .repeated(let part, let minimum, let maximum):
            for _ in 0..<minimum { try emit(part) }
            guard let maximum else {
                let fork = try add(.fork(0, 0))
                try emit(part)
                try add(.jump(fork))
                steps[fork] = .fork(fork + 1, steps.count)
                return
            }
            var forks: [Int] = []
            for _ in 0..<max(0, maximum - minimum) {
                forks.append(try add(.fork(0, 0)))
                try emit(part)
            }
            for fork in forks { steps[fork] = .fork(fork + 1, steps.count) }
        }
    }
}
