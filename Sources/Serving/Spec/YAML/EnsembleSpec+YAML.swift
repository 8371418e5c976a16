internal import YAML

extension EnsembleSpec {
    /// Steps of one ensemble, the cases of switches and the fallbacks included: bounds the work of a load and of a request. Beyond: an error.
    public static let maxSteps = 256

    init?(_ map: inout YamlMap, _ key: String) throws(YamlError) {
        guard let nodes = try map.list(key) else { return nil }
        var reader = StepReader(file: map.file)
        for (index, node) in nodes.enumerated() { try reader.read(node, place: "\(map.path(key))[\(index)]") }
        self.init(steps: reader.steps)
    }
}

/// Reads the steps of a `model.yaml`; switches become one step for each case.
private struct StepReader {
    let file: String
    var steps: [EnsembleSpec.Step] = []
    private var groups = 0
    private var count = 0

    init(file: String) { self.file = file }

    mutating func read(_ node: YamlNode, place: String) throws(YamlError) {
        var map = try YamlMap(node, file: file, place: place)
        guard let expression = try map.string("switch") else {
            steps.append(try step(&map, line: node.line))
            return
        }
        guard var cases = try map.map("cases"), !cases.keys.isEmpty else {
            throw YamlError("\(file):\(node.line): '\(place)' is a switch and needs 'cases'")
        }
        let group = groups
        groups += 1
        let keys = cases.keys
        for key in keys {
            guard var inner = try cases.map(key) else { continue }
            var step = try step(&inner, line: inner.line)
            step.choice = EnsembleSpec.Choice(group: group, expression: expression, key: key)
            if step.name.isEmpty { step.name = key }
            steps.append(step)
        }
        if var inner = try map.map("default") {
            var step = try step(&inner, line: inner.line)
            step.choice = EnsembleSpec.Choice(group: group, expression: expression, key: nil, otherKeys: keys)
            steps.append(step)
        }
        try map.finish()
    }

    private mutating func step(_ map: inout YamlMap, line: Int, isFallback: Bool = false) throws(YamlError) -> EnsembleSpec.Step {
        count += 1
        guard count <= EnsembleSpec.maxSteps else {
            throw YamlError("\(file):\(line): an ensemble may have \(EnsembleSpec.maxSteps) steps at most")
        }
        let place = map.place
        let name = try map.string("name") ?? ""
        let model = try map.string("model")
        let builtin = try map.string("op")
        let version = try map.int("version", in: 1...Int.max)
        let label = try map.string("label")
        let target: EnsembleSpec.Target
        switch (model, builtin) {
        case (let model?, nil): target = .model(model, version.map { .number(Int64($0)) } ?? label.map { .label($0) } ?? .any)
        case (nil, let builtin?): target = .builtin(builtin, try map.options("with"))
        default: throw YamlError("\(file):\(line): '\(place)' needs either 'model' or 'op'")
        }
        var step = EnsembleSpec.Step(name: name, target: target, inputs: try map.wordLists("inputs"), outputs: try map.words("outputs"))
        step.when = try map.string("when")
        step.perRow = try map.string("where")
        step.mapped = Set(try map.strings("map") ?? [])
        step.timeoutNanos = try map.duration("timeout")
        for (index, node) in (try map.list("fallback") ?? []).enumerated() {
            var inner = try YamlMap(node, file: file, place: "\(place).fallback[\(index)]")
            var fallback = try self.step(&inner, line: node.line, isFallback: true)
            guard fallback.fallbacks.isEmpty else {
                throw YamlError("\(file):\(node.line): '\(inner.place)' has a fallback of its own; list both under the step's")
            }
            // What it takes and makes is the step's own, where it does not say otherwise.
            if fallback.inputs.isEmpty { fallback.inputs = step.inputs }
            if fallback.outputs.isEmpty { fallback.outputs = step.outputs }
            step.fallbacks.append(fallback)
        }
        try map.finish()
        guard isFallback || !step.outputs.isEmpty else { throw YamlError("\(file):\(line): '\(place)' needs 'outputs'") }
        guard step.when == nil || step.perRow == nil else {
            throw YamlError("\(file):\(line): '\(place)' has both 'when' and 'where'; one of them decides")
        }
        return step
    }
}

extension YamlMap {
    /// A map of words to words or to lists of words.
    mutating func wordLists(_ key: String) throws(YamlError) -> [String: [String]] {
        guard var inner = try map(key) else { return [:] }
        var lists: [String: [String]] = [:]
        for name in inner.keys { lists[name] = try inner.strings(name) ?? [] }
        return lists
    }

    /// A map of words to whatever a built-in step makes of them.
    mutating func options(_ key: String) throws(YamlError) -> [String: StepOption] {
        guard var inner = try map(key) else { return [:] }
        var options: [String: StepOption] = [:]
        for name in inner.keys {
            guard let node = inner.node(name) else { continue }
            options[name] = try inner.option(node, name)
        }
        return options
    }

    private func option(_ node: YamlNode, _ key: String) throws(YamlError) -> StepOption {
        switch node.content {
        case .scalar("true", isPlain: true): return .flag(true)
        case .scalar("false", isPlain: true): return .flag(false)
        case .scalar(let text, isPlain: let isPlain):
            if isPlain, let number = Self.double(node) { return .number(number) }
            return .text(text)
        case .list(let items):
            var options: [StepOption] = []
            for item in items { options.append(try option(item, key)) }
            return .list(options)
        case .map: throw error(node, key, "a number, a word, a truth value or a list of them")
        }
    }
}
