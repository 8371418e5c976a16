internal import Gateway
public import Serving
internal import Text

/// What `martlet inspect` says of an ensemble: its steps and the tensors between them, as text and as a graph.
public struct EnsembleReport {
    private let name: String
    private let ensemble: EnsembleSpec

    /// Bytes of a configuration. Beyond: it is none.
    private static let maxFileBytes = 4 << 20

    /// Reads the configuration in the model's folder; nil when it is no ensemble's.
    ///
    /// - Throws: for a configuration that cannot be read.
    public init?(path: String) throws(ServingError) {
        let readers: [any SpecReader] = [ConfigPbtxt(), ModelYaml()]
        let name = path.split(separator: "/").last.map(String.init) ?? path
        for reader in readers {
            let file = "\(path)/\(reader.fileName)"
            guard let bytes = try? BoundedFile.contents(of: file, limit: Self.maxFileBytes) else { continue }
            let spec = try reader.read(bytes, path: file, model: name)
            guard let ensemble = spec.ensemble else { continue }
            self.name = spec.name
            self.ensemble = ensemble
            return
        }
        return nil
    }

    private struct Line {
        var name: String
        var what: String
        var inputs: [String]
        var outputs: [String]
        var condition: String
        var depth: Int
    }

    private var lines: [Line] {
        var lines: [Line] = []
        var names: Set<String> = []
        func add(_ step: EnsembleSpec.Step, depth: Int) {
            let what: String
            var base = step.name
            switch step.target {
            case .model(let model, let selector):
                switch selector {
                case .any: what = "model \(model)"
                case .number(let number): what = "model \(model), version \(number)"
                case .label(let label): what = "model \(model), \(label)"
                }
                if base.isEmpty { base = model }
            case .builtin(let builtin, _):
                what = builtin
                if base.isEmpty { base = builtin }
            }
            var name = base
            var number = 2
            while !names.insert(name).inserted {
                name = "\(base)-\(number)"
                number += 1
            }
            var conditions: [String] = []
            if depth > 0 { conditions.append("when the step before fails") }
            if let choice = step.choice {
                conditions.append(choice.key.map { "when \(choice.expression) is \($0)" } ?? "when \(choice.expression) is nothing else")
            }
            if let when = step.when { conditions.append("when \(when)") }
            if let perRow = step.perRow { conditions.append("for rows where \(perRow)") }
            if !step.mapped.isEmpty { conditions.append("for each row of \(step.mapped.sorted().joined(separator: ", "))") }
            if let timeout = step.timeoutNanos { conditions.append("within \(Double(timeout) / 1e6) ms") }
            lines.append(
                Line(
                    name: name, what: what,
                    inputs: step.inputs.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.joined(separator: " or "))" },
                    outputs: step.outputs.sorted { $0.key < $1.key }.map { "\($0.value) = \($0.key)" },
                    condition: conditions.joined(separator: "; "),
                    depth: depth))
            for fallback in step.fallbacks { add(fallback, depth: depth + 1) }
        }
        for step in ensemble.steps { add(step, depth: 0) }
        return lines
    }

    /// Names of tensors that steps take and none makes.
    private var inputs: [String] {
        let made = Set(allSteps.flatMap { $0.outputs.values })
        var inputs: [String] = []
        for step in allSteps {
            for name in step.inputs.sorted(by: { $0.key < $1.key }).flatMap(\.value) where !made.contains(name) && !inputs.contains(name) {
                inputs.append(name)
            }
        }
        return inputs
    }

    private var allSteps: [EnsembleSpec.Step] { ensemble.steps.flatMap { [$0] + $0.fallbacks } }

    public var text: String {
        var text = "ensemble \(name): \(inputs.joined(separator: ", "))\n"
        for line in lines {
            let indent = String(repeating: "  ", count: line.depth + 1)
            text += "\(indent)\(line.name)  (\(line.what))\(line.condition.isEmpty ? "" : "  \(line.condition)")\n"
            text += "\(indent)  takes \(line.inputs.joined(separator: ", "))\n"
            text += "\(indent)  makes \(line.outputs.joined(separator: ", "))\n"
        }
        for (output, sources) in ensemble.outputSources.sorted(by: { $0.key < $1.key }) {
            text += "  output \(output) = \(sources.joined(separator: " or "))\n"
        }
        return text
    }

    /// The graph for Graphviz: steps are boxes, tensors arrows.
    public var dot: String {
        let quoted = { (name: String) in
            "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"") + "\""
        }
        var text = "digraph \(quoted(name)) {\n  rankdir=LR\n  node [shape=box]\n"
        for input in inputs { text += "  \(quoted("in " + input)) [label=\(quoted(input)) shape=ellipse]\n" }
        let lines = lines
        let steps = allSteps
        var makers: [String: [String]] = [:]
        for (line, step) in zip(lines, steps) { for tensor in step.outputs.values { makers[tensor, default: []].append(line.name) } }
        for (line, step) in zip(lines, steps) {
            text +=
                "  \(quoted(line.name)) [label=\(quoted(line.name + "\\n" + line.what + (line.condition.isEmpty ? "" : "\\n" + line.condition)))]\n"
            for tensor in Set(step.inputs.values.flatMap { $0 }).sorted() {
                for maker in makers[tensor] ?? ["in " + tensor] where maker != line.name {
                    text += "  \(quoted(maker)) -> \(quoted(line.name)) [label=\(quoted(tensor))]\n"
                }
            }
        }
        return text + "}\n"
    }
}
