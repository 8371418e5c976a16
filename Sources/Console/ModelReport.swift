public import Engine
internal import Client
internal import Glibc
internal import Tensors

/// What `martlet inspect` says of a model's file.
public struct ModelReport {
    private let path: String
    private let model: Model

    /// Loads the model: its file, or the folder that holds `model.onnx` or a numbered version with one.
    public init(path: String) throws(EngineError) {
        self.path = Self.file(at: path)
        model = try Model.load(path: self.path)
    }

    private static func file(at path: String) -> String {
        func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
        let inside = "\(path)/model.onnx"
        if exists(inside) { return inside }
        guard let listing = opendir(path) else { return path }
        defer { closedir(listing) }
        var newest: Int64?
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } }
            if let version = Int64(name), exists("\(path)/\(name)/model.onnx") { newest = max(newest ?? version, version) }
        }
        return newest.map { "\(path)/\($0)/model.onnx" } ?? path
    }

    public var text: String {
        var text = "\(path)\n"
        let metadata = model.metadata
        if !metadata.producerName.isEmpty { text += "made by    \(metadata.producerName) \(metadata.producerVersion)\n" }
        text += "batching   \(model.batchability)\n"
        text += "constants  \(model.planSummary.constantBytes) bytes\n\n"

        var ports = TextTable("", "name", "type", "shape")
        for port in model.signature.inputs { ports.append("input", port.name, "\(port.type)", Self.shape(port)) }
        for port in model.signature.outputs { ports.append("output", port.name, "\(port.type)", Self.shape(port)) }
        text += ports.rendered() + "\n"

        var operators = TextTable("operator", "nodes")
        for (name, count) in model.planSummary.operators.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            operators.append(name, String(count))
        }
        return text + operators.rendered()
    }

    private static func shape(_ port: Signature.Port) -> String {
        port.dims.map { "[" + $0.map(\.description).joined(separator: ",") + "]" } ?? "any"
    }
}
