internal import Tensors

/// Reads the options of a built-in step. Whatever was not asked for by the end is an error.
struct StepOptions {
    private var options: [String: StepOption]
    private var asked: [String] = []
    let step: String
    private let files: (String) -> [UInt8]?

    init(_ options: [String: StepOption], step: String, files: @escaping (String) -> [UInt8]?) {
        self.files = files
        self.options = options
        self.step = step
    }

    func fault(_ key: String, _ wanted: String) -> ServingError {
        ServingError(.invalidArgument, "option '\(key)' of '\(step)' must be \(wanted)")
    }

    private mutating func take(_ key: String) -> StepOption? {
        asked.append(key)
        return options.removeValue(forKey: key)
    }

    mutating func number(_ key: String) throws(ServingError) -> Double? {
        guard let option = take(key) else { return nil }
        guard case .number(let number) = option else { throw fault(key, "a number") }
        return number
    }

    mutating func int(_ key: String, in range: ClosedRange<Int>) throws(ServingError) -> Int? {
        guard let number = try number(key) else { return nil }
        guard let int = Int(exactly: number), range.contains(int) else {
            throw fault(key, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return int
    }

    /// An axis; checked against the rank once that is known.
    mutating func axis(_ key: String, otherwise: Int) throws(ServingError) -> Int { try int(key, in: -32...31) ?? otherwise }

    mutating func flag(_ key: String) throws(ServingError) -> Bool? {
        guard let option = take(key) else { return nil }
        guard case .flag(let flag) = option else { throw fault(key, "true or false") }
        return flag
    }

    mutating func text(_ key: String) throws(ServingError) -> String? {
        guard let option = take(key) else { return nil }
        guard let text = Self.text(option) else { throw fault(key, "a text") }
        return text
    }

    private static func text(_ option: StepOption) -> String? {
        switch option {
        case .text(let text): text
        case .number(let number): Int(exactly: number).map(String.init) ?? String(number)
        case .flag(let flag): String(flag)
        case .list: nil
        }
    }

    mutating func choice(_ key: String, _ choices: [String]) throws(ServingError) -> String? {
        guard let text = try text(key) else { return nil }
        guard choices.contains(text) else { throw fault(key, "one of \(choices.joined(separator: ", "))") }
        return text
    }

    mutating func dataType(_ key: String) throws(ServingError) -> DataType? {
        guard let text = try text(key) else { return nil }
        guard let type = DataType(kserveName: text.uppercased()), type.isNumber || type == .string else {
            throw fault(key, "a data type such as FP32, INT64 or BYTES")
        }
        return type
    }

    /// A list of numbers; a single one counts as a list of one.
    mutating func numbers(_ key: String) throws(ServingError) -> [Double]? {
        guard let option = take(key) else { return nil }
        var numbers: [Double] = []
        for item in Self.items(option) {
            guard case .number(let number) = item else { throw fault(key, "a list of numbers") }
            numbers.append(number)
        }
        return numbers
    }

    mutating func ints(_ key: String, in range: ClosedRange<Int>) throws(ServingError) -> [Int]? {
        guard let numbers = try numbers(key) else { return nil }
        var ints: [Int] = []
        for number in numbers {
            guard let int = Int(exactly: number), range.contains(int) else {
                throw fault(key, "a list of whole numbers from \(range.lowerBound) to \(range.upperBound)")
            }
            ints.append(int)
        }
        return ints
    }

    mutating func texts(_ key: String) throws(ServingError) -> [String]? {
        guard let option = take(key) else { return nil }
        var texts: [String] = []
        for item in Self.items(option) {
            guard let text = Self.text(item) else { throw fault(key, "a list of texts") }
            texts.append(text)
        }
        return texts
    }

    private static func items(_ option: StepOption) -> [StepOption] {
        if case .list(let items) = option { items } else { [option] }
    }

    /// A file beside the model's versions or in one, by its name.
    mutating func file(_ key: String) throws(ServingError) -> (name: String, content: [UInt8]) {
        guard let name = try text(key) else { throw fault(key, "the name of a file") }
        guard !name.contains("/"), name != "..", let content = files(name) else {
            throw ServingError(.notFound, "'\(step)' needs the file '\(name)', which is neither in the version's folder nor beside it")
        }
        return (name, content)
    }

    /// - Throws: for an option that nobody asked for.
    func finish() throws(ServingError) {
        guard let stray = options.keys.sorted().first else { return }
        let known = asked.isEmpty ? "it has none" : "known are \(asked.joined(separator: ", "))"
        throw ServingError(.invalidArgument, "'\(step)' has no option '\(stray)'; \(known)")
    }
}
