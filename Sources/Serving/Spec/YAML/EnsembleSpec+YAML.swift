internal import YAML

extension EnsembleSpec {
    init?(_ map: inout YamlMap, _ key: String) throws(YamlError) {
        guard let nodes = try map.list(key) else { return nil }
        var steps: [Step] = []
        for (index, node) in nodes.enumerated() {
            var inner = try YamlMap(node, file: map.file, place: "\(map.path(key))[\(index)]")
            let model = try inner.string("model")
            let version = try inner.int("version", in: 1...Int.max)
            let label = try inner.string("label")
            let inputs = try inner.words("inputs")
            let outputs = try inner.words("outputs")
            try inner.finish()
            guard let model, !outputs.isEmpty else {
                throw YamlError("\(map.file):\(node.line): '\(inner.place)' needs 'model' and 'outputs'")
            }
            steps.append(
                Step(
                    model: model, version: version.map { .number(Int64($0)) } ?? label.map { .label($0) } ?? .any, inputs: inputs,
                    outputs: outputs))
        }
        self.init(steps: steps)
    }
}
