/// An equation of Einstein summation, such as `bij,bjk->bik` or `...ii->...i`.
struct EinsumEquation: Sendable {
    enum Symbol: Hashable, Sendable {
        case letter(UInt8)
        case ellipsis
    }

    let inputs: [[Symbol]]
    let output: [Symbol]

    init(_ text: String, _ node: Node) throws(EngineError) {
        var terms: [[Symbol]] = [[]]
        var output: [Symbol]?
        var bytes = Array(text.utf8)[...]
        func fault(_ what: String) -> EngineError { node.malformed("equation '\(text)' \(what)") }
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: " "): continue
            case UInt8(ascii: ","):
                guard output == nil else { throw fault("has a comma on its right side") }
                terms.append([])
            case UInt8(ascii: "-"):
                guard bytes.popFirst() == UInt8(ascii: ">"), output == nil else { throw fault("has a stray '-'") }
                output = []
            case UInt8(ascii: "."):
                guard bytes.popFirst() == UInt8(ascii: "."), bytes.popFirst() == UInt8(ascii: ".") else { throw fault("has a stray '.'") }
                let target = output ?? terms[terms.count - 1]
                guard !target.contains(.ellipsis) else { throw fault("has two ellipses in one term") }
                if output != nil { output?.append(.ellipsis) } else { terms[terms.count - 1].append(.ellipsis) }
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
                if output != nil { output?.append(.letter(byte)) } else { terms[terms.count - 1].append(.letter(byte)) }
            default: throw fault("holds an unexpected character")
            }
        }
        inputs = terms
        let present = Set(terms.joined())
        if let output {
            guard Set(output).count == output.count else { throw fault("repeats a letter on its right side") }
            guard output.allSatisfy({ present.contains($0) || $0 == .ellipsis }) else { throw fault("has a letter only on its right side") }
            self.output = output
            return
        }
        var counts: [UInt8: Int] = [:]
        for case .letter(let letter) in terms.joined() { counts[letter, default: 0] += 1 }
        let once = counts.filter { $0.value == 1 }.keys.sorted().map(Symbol.letter)
        self.output = (present.contains(.ellipsis) ? [.ellipsis] : []) + once
    }

    /// Labels of every operand's axes and of the output's: letters as they are, axes of an ellipsis negative, -1 the last.
    func labels(_ node: Node, ranks: [Int]) throws(EngineError) -> (inputs: [[Int]], output: [Int]) {
        guard ranks.count == inputs.count else {
            throw node.malformed("the equation has \(inputs.count) terms for \(ranks.count) inputs")
        }
        var widest = 0
        var labels: [[Int]] = []
        for (term, rank) in zip(inputs, ranks) {
            let letters = term.count { $0 != .ellipsis }
            let width = rank - letters
            guard term.contains(.ellipsis) ? width >= 0 : width == 0 else {
                throw node.malformed("a term of the equation has \(letters) letters for an input of rank \(rank)")
            }
            widest = max(widest, width)
            labels.append(Self.expand(term, width))
        }
        return (labels, Self.expand(output, widest))
    }

    private static func expand(_ term: [Symbol], _ width: Int) -> [Int] {
        term.flatMap { symbol -> [Int] in
            switch symbol {
            case .letter(let letter): [Int(letter)]
            case .ellipsis: width > 0 ? Array(-width ... -1) : []
            }
        }
    }
}
