internal import Client
public import Engine
internal import Glibc
internal import Serving
internal import Tensors

/// What `martlet inspect` says of a model's file.
public struct ModelReport {
    private let path: String
    private let model: Model
    /// Shapes of inputs by name, for the estimates; inputs that are not named get 1 for every open extent.
    private let shapes: [String: [Int]]

    /// Loads the model: its file, or the folder that holds it or a numbered version with it.
    public init(path: String, shapes: [String: [Int]] = [:]) throws(EngineError) {
        self.path = Self.file(at: path)
        self.shapes = shapes
        model = try Self.load(self.path)
    }

    /// Whether there is a file or folder of that name.
    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static let fileNames = OnnxBackend().fileNames + NativeBackend().fileNames

    private static func file(at path: String) -> String {
        func file(in folder: String) -> String? { fileNames.lazy.map { "\(folder)/\($0)" }.first(where: exists) }
        if let inside = file(in: path) { return inside }
        guard let listing = opendir(path) else { return path }
        defer { closedir(listing) }
        var newest: (version: Int64, file: String)?
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } }
            guard let version = Int64(name), version > newest?.version ?? 0, let inside = file(in: "\(path)/\(name)") else { continue }
            newest = (version, inside)
        }
        return newest?.file ?? path
    }

    static func load(_ path: String) throws(EngineError) -> Model {
        path.hasSuffix(".onnx") ? try Model.load(path: path) : try Model.load(nativePath: path)
    }

    public var text: String {
        let summary = model.planSummary
        let metadata = model.metadata
        var text = "\(path)\n"
        if !metadata.producerName.isEmpty { text += "made by     \(metadata.producerName) \(metadata.producerVersion)\n" }
        text += "batching    \(model.batchability)\n"
        text += "parameters  \(Quantity.count(summary.parameterCount)), kept as \(Quantity.bytes(summary.constantBytes)) of constants\n"
        text += estimates + "\n"

        var ports = TextTable("", "name", "type", "shape")
        for port in model.signature.inputs { ports.append("input", port.name, "\(port.type)", Self.shape(port)) }
        for port in model.signature.outputs { ports.append("output", port.name, "\(port.type)", Self.shape(port)) }
        return text + ports.rendered() + "\n" + operators(summary)
    }

    /// What one run computes and where it keeps its values, for inputs that stand for any.
    private var estimates: String {
        do throws(EngineError) {
            let inputs = try SampleInputs(shapes: shapes, values: [:], batch: 1).make(for: model.signature)
            let values = inputs.map(Value.tensor)
            let plan = try model.memoryPlan(for: values)
            let given = zip(model.signature.inputs, inputs).map { "\($0.name) \($1.shape)" }.joined(separator: ", ")
            var text = "one run     of \(given)\n"
            text += "FLOPs       about \(Quantity.count(try model.operationCount(for: values)))\n"
            text += "memory      \(Quantity.bytes(plan.arenaBytes)) for \(plan.valueCount) values, which take \(Quantity.bytes(plan.valueBytes))"
            text += " side by side"
            if let largest = plan.largest {
                text += "; the largest is '\(largest.name)' \(largest.shape), \(Quantity.bytes(largest.byteCount))"
            }
            if plan.unplannedCount > 0 { text += "; \(plan.unplannedCount) more take memory as they come" }
            return text + "\n"
        } catch {
            return "one run     cannot be estimated: \(error) (give --input-shape NAME=1,3,224,224)\n"
        }
    }

    /// Operators of the file beside those that run: what is gone was folded, and what is new stands for several.
    private func operators(_ summary: PlanSummary) -> String {
        var table = TextTable("operator", "in the file", "as run")
        let names = Set(summary.declaredOperators.keys).union(summary.operators.keys)
        let rows = names.map { (run: summary.operators[$0] ?? 0, declared: summary.declaredOperators[$0] ?? 0, name: $0) }
        for (run, declared, name) in rows.sorted(by: { ($1.run, $1.declared, $0.name) < ($0.run, $0.declared, $1.name) }) {
            table.append(name, declared > 0 ? "\(declared)" : "fused", run > 0 ? "\(run)" : "")
        }
        let declared = summary.declaredOperators.values.reduce(0, +)
        let run = summary.operators.values.reduce(0, +)
        return table.rendered() + "\(declared) nodes in the file, \(run) as run\n"
    }

    static func shape(_ port: Signature.Port) -> String {
        port.dims.map { "[" + $0.map(\.description).joined(separator: ",") + "]" } ?? "any"
    }
}
