/// The text form of a LightGBM model: blocks of `key=value` lines, one for the whole and one for each tree.
struct LightGBMText {
    typealias Block = [Substring: Substring]

    let header: Block
    /// Words that stand alone in the header, such as `average_output`.
    let flags: Set<Substring>
    let trees: [Block]

    /// True when a text begins as LightGBM's do.
    static func recognises(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: Array("tree\n".utf8)) || bytes.starts(with: Array("tree\r\n".utf8))
    }

    init(_ text: String) throws(EngineError) {
        var header: Block = [:]
        var flags: Set<Substring> = []
        var trees: [Block] = []
        for line in text.split(whereSeparator: \.isNewline) {
            if line == "end of trees" { break }
            guard let sign = line.firstIndex(of: "=") else {
                if trees.isEmpty { flags.insert(line) }
                continue
            }
            let key = line[..<sign]
            let value = line[line.index(after: sign)...]
            if key == "Tree" {
                trees.append([:])
            } else if trees.isEmpty {
                header[key] = value
            } else {
                trees[trees.count - 1][key] = value
            }
        }
        guard flags.contains("tree") else { throw EngineError(.malformedModel, "it does not begin with 'tree'") }
        self.header = header
        self.flags = flags
        self.trees = trees
    }
}

extension LightGBMText.Block {
    func integer(_ key: Substring) throws(EngineError) -> Int {
        guard let text = self[key] else { throw EngineError(.malformedModel, "'\(key)' is missing") }
        guard let value = Int(text) else { throw EngineError(.malformedModel, "'\(key)' is '\(text)'") }
        return value
    }

    /// The numbers behind `key`, parted by spaces; `count` of them unless that is nil.
    func integers(_ key: Substring, count: Int?) throws(EngineError) -> [Int] {
        try list(key, count: count) { Int($0) }
    }

    func reals(_ key: Substring, count: Int?) throws(EngineError) -> [Double] {
        try list(key, count: count) { Double($0) }
    }

    private func list<Number>(_ key: Substring, count: Int?, _ parse: (Substring) -> Number?) throws(EngineError) -> [Number] {
        var numbers: [Number] = []
        for word in (self[key] ?? "").split(separator: " ") {
            guard let number = parse(word) else { throw EngineError(.malformedModel, "'\(key)' has '\(word)'") }
            numbers.append(number)
        }
        if let count, numbers.count != count {
            throw EngineError(.malformedModel, "'\(key)' has \(numbers.count) numbers, expected \(count)")
        }
        return numbers
    }
}
