internal import YAML
internal import Tensors

extension SequenceSpec {
    init(_ map: inout YamlMap) throws(YamlError) {
        self.init()
        let delay = try map.duration("max_delay") ?? 0
        let candidates = try map.int("max_candidates", in: 1...1_000_000)
        switch try map.choice("strategy", [("direct", false), ("oldest", true)]) ?? false {
        case false: strategy = .direct(minimumSlotUtilization: 0, maxQueueDelayNanos: delay)
        case true:
            strategy = .oldest(maxCandidates: candidates ?? maxSequences, preferredRows: [], maxQueueDelayNanos: delay, preservesOrder: false)
        }
        maxIdleNanos = try map.duration("max_idle") ?? maxIdleNanos
        maxSequences = try map.int("max_sequences", in: 1...10_000_000) ?? maxSequences
        for (index, node) in (try map.list("controls") ?? []).enumerated() {
            var inner = try YamlMap(node, file: map.file, place: "\(map.path("controls"))[\(index)]")
            let name = try inner.string("input")
            let kind: ControlKind? = try inner.choice(
                "kind", [("start", .start), ("end", .end), ("ready", .ready), ("correlation_id", .correlationID)])
            let dataType = try inner.dataType("datatype")
            let values = try inner.doubles("false_true", in: -1e300...1e300) ?? [0, 1]
            try inner.finish()
            guard let name, let kind, values.count == 2 else {
                throw YamlError("\(map.file):\(node.line): '\(inner.place)' needs 'input', 'kind' and two numbers in 'false_true'")
            }
            controls.append(
                Control(inputName: name, kind: kind, dataType: dataType ?? (kind == .correlationID ? .uint64 : .float32), falseTrue: values))
        }
        for (index, node) in (try map.list("states") ?? []).enumerated() {
            var inner = try YamlMap(node, file: map.file, place: "\(map.path("states"))[\(index)]")
            let input = try inner.string("input")
            let output = try inner.string("output")
            let dataType = try inner.dataType("datatype")
            let dims = try inner.ints("shape", in: -1...Int.max)
            let file = try inner.string("initial_file")
            try inner.finish()
            guard let input, let output, let dims else {
                throw YamlError("\(map.file):\(node.line): '\(inner.place)' needs 'input', 'output' and 'shape'")
            }
            states.append(
                State(
                    inputName: input, outputName: output, dataType: dataType ?? .float32, dims: dims,
                    initial: file.map { .file($0) } ?? .zero))
        }
    }
}
