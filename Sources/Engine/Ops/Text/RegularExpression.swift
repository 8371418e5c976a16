import Tensors

/// A regular expression in the syntax of RE2, matched in time proportional to the text, whatever the expression.
///
/// Left out: `\C` (a single byte) and scripts such as `\p{Greek}`; general categories such as `\p{Lu}` are there.
struct RegularExpression: Sendable {
    /// Steps of a compiled expression; one that needs more is refused.
    static let maximumSteps = 1 << 16

    /// What a step of the compiled expression does.
    enum Step: Sendable {
        /// Takes one scalar out of the set and goes on with the next step.
        case take(ScalarSet)
        /// Goes on with both.
        case fork(Int, Int)
        case jump(Int)
        case require(Assertion)
        case accept
    }

    let steps: [Step]

    init(_ pattern: String) throws(EngineError) {
        var parser = RegularExpressionParser(pattern)
        var compiler = RegularExpressionCompiler()
        steps = try compiler.compile(try parser.parse())
    }

    /// True when the expression matches the whole text. Bytes that are not UTF-8 match nothing.
    func matchesAll(of text: ByteString) -> Bool {
        guard let scalars = Self.scalars(text.bytes) else { return false }
        var current = StepSet(capacity: steps.count)
        var next = StepSet(capacity: steps.count)
        var pending: [Int] = []
        follow(0, at: 0, in: scalars, into: &current, &pending)
        for (index, scalar) in scalars.enumerated() {
            if current.isEmpty { return false }
            next.removeAll()
            for place in 0..<current.count {
                let step = current[place]
                if case .take(let set) = steps[step], set.contains(scalar) {
                    follow(step + 1, at: index + 1, in: scalars, into: &next, &pending)
                }
            }
            swap(&current, &next)
        }
        return (0..<current.count).contains { place in
            if case .accept = steps[current[place]] { true } else { false }
        }
    }

    /// Adds the steps that `first` leads to without taking a scalar.
    private func follow(
        _ first: Int, at index: Int, in scalars: [Unicode.Scalar], into set: inout StepSet, _ pending: inout [Int]
    ) {
        pending.append(first)
        while let step = pending.popLast() {
            if !set.insert(step) { continue }
            switch steps[step] {
            case .jump(let target): pending.append(target)
            case .fork(let one, let other):
                pending.append(other)
                pending.append(one)
            case .require(let assertion):
                if assertion.holds(at: index, in: scalars) { pending.append(step + 1) }
            case .take, .accept: break
            }
        }
    }

    private static func scalars(_ bytes: [UInt8]) -> [Unicode.Scalar]? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        return Array(text.unicodeScalars)
    }

    /// A set of steps that remembers their order and is emptied at once.
    private struct StepSet {
        private var members: [Int] = []
        private var places: [Int]

        init(capacity: Int) { places = [Int](repeating: -1, count: capacity) }

        var count: Int { members.count }
        var isEmpty: Bool { members.isEmpty }
        subscript(place: Int) -> Int { members[place] }

        mutating func insert(_ step: Int) -> Bool {
            let place = places[step]
            if place >= 0, place < members.count, members[place] == step { return false }
            places[step] = members.count
            members.append(step)
            return true
        }

        mutating func removeAll() { members.removeAll(keepingCapacity: true) }
    }
}

extension RegularExpression {
    /// What must hold between two scalars.
    enum Assertion: Sendable {
        case textStart
        case textEnd
        case lineStart
        case lineEnd
        case wordBoundary
        case noWordBoundary

        func holds(at index: Int, in scalars: [Unicode.Scalar]) -> Bool {
            switch self {
            case .textStart: return index == 0
            case .textEnd: return index == scalars.count
            case .lineStart: return index == 0 || scalars[index - 1] == "\n"
            case .lineEnd: return index == scalars.count || scalars[index] == "\n"
            case .wordBoundary, .noWordBoundary:
                let before = index > 0 && ScalarSet.word.contains(scalars[index - 1])
                let after = index < scalars.count && ScalarSet.word.contains(scalars[index])
                return (before != after) == (self == .wordBoundary)
            }
        }
    }
}
