internal import Client
internal import Messages
internal import Tensors

/// How an answer is printed.
public enum PredictionForm: String, Sendable, CaseIterable {
    case json, table, npy
}

/// A fault of what was typed, as a sentence.
public struct ConsoleError: Error, CustomStringConvertible {
    public let description: String
}

/// What `martlet predict` does: reads inputs by the model's own signature, asks, and prints.
public struct PredictionCommand: Sendable {
    private let target: String
    private let model: String
    private let version: String
    private let inputs: [String]
    private let timeoutSeconds: Double
    private let isTraced: Bool

    public init(target: String, model: String, version: String, inputs: [String], timeoutSeconds: Double, isTraced: Bool = false) {
        self.target = target
        self.model = model
        self.version = version
        self.inputs = inputs
        self.timeoutSeconds = timeoutSeconds
        self.isTraced = isTraced
    }

    public func run(as form: PredictionForm) async throws -> String {
        let client = try InferenceClient(target: target, timeoutSeconds: timeoutSeconds)
        let metadata = try await client.call("ModelMetadata", ModelMetadataRequest(name: model, version: version), ModelMetadataResponse.self)
        let given = try inputs.map { try Self.read($0, metadata) }
        guard isTraced else { return try Self.text(try await client.infer(model: model, version: version, inputs: given), form) }
        let (outputs, trace) = try await client.inferTraced(model: model, version: version, inputs: given)
        return try Self.text(outputs, form) + (trace.map { try TraceReport(json: $0).text } ?? "the server keeps no trace\n")
    }

    private static func text(_ outputs: [InferenceClient.Output], _ form: PredictionForm) throws -> String {
        switch form {
        case .json:
            return "{" + outputs.map { "\(JSONText.quoted($0.name)): \($0.tensor.json)" }.joined(separator: ", ") + "}\n"
        case .table: return table(outputs)
        case .npy:
            var text = ""
            for output in outputs {
                let file = output.name.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined() + ".npy"
                try LocalFile.write(Npy.encode(output.tensor), to: file)
                text += "\(file)\n"
            }
            return text
        }
    }

    /// `NAME=JSON`, `NAME=@FILE.json` or `NAME=@FILE.npy`.
    private static func read(_ argument: String, _ metadata: ModelMetadataResponse) throws -> (name: String, tensor: Tensor) {
        guard let equals = argument.firstIndex(of: "=") else { throw ConsoleError(description: "--input '\(argument)' is not NAME=VALUE") }
        let name = String(argument[..<equals])
        let value = argument[argument.index(after: equals)...]
        guard let port = metadata.inputs.first(where: { $0.name == name }) else {
            throw ConsoleError(
                description: "model '\(metadata.name)' has no input '\(name)'; its inputs are "
                    + metadata.inputs.map { "\($0.name) \($0.datatype)\(Shape.text($0.shape))" }.joined(separator: ", "))
        }
        guard let dataType = DataType(kserveName: port.datatype) else {
            throw ConsoleError(description: "input '\(name)' has the unknown datatype \(port.datatype)")
        }
        do {
            if value.hasPrefix("@"), value.hasSuffix(".npy") { return (name, try Npy.decode(LocalFile.read(String(value.dropFirst())))) }
            let text = value.hasPrefix("@") ? try LocalFile.read(String(value.dropFirst())) : Array(value.utf8)
            return (name, Self.fitted(try Tensor(json: JSONValue(parsing: text), dataType: dataType), to: port.shape))
        } catch {
            throw ConsoleError(description: "input '\(name)': \(error)")
        }
    }

    /// The same elements in the model's shape, where that has one open extent and the elements fill it evenly.
    private static func fitted(_ tensor: Tensor, to dims: [Int64]) -> Tensor {
        guard tensor.shape.rank != dims.count || zip(tensor.shape.dims, dims).contains(where: { $1 >= 0 && Int64($0) != $1 }) else { return tensor }
        let known = dims.filter { $0 >= 0 }.reduce(1) { $0 &* Int($1) }
        guard dims.filter({ $0 < 0 }).count <= 1, known > 0, tensor.count % known == 0 else { return tensor }
        let shape = dims.map { $0 < 0 ? tensor.count / known : Int($0) }
        guard let shape = Shape(checking: shape), shape.count == tensor.count else { return tensor }
        return tensor.reshaped(to: shape)
    }

    /// Rows of elements, the outermost axis downwards; long rows are cut, and say so.
    private static func table(_ outputs: [InferenceClient.Output]) -> String {
        let (mostRows, mostElements) = (16, 12)
        var table = TextTable("output", "type", "shape", "row", "values")
        for (name, tensor) in outputs.map({ ($0.name, $0.tensor) }) {
            let rows = tensor.shape.rank > 0 ? tensor.shape[0] : 1
            let width = rows > 0 ? tensor.count / rows : 0
            for row in 0..<min(rows, mostRows) {
                let shown = (0..<min(width, mostElements)).map { tensor.elementText(row * width + $0) }.joined(separator: " ")
                table.append(
                    row == 0 ? name : "", row == 0 ? tensor.dataType.kserveName : "", row == 0 ? "\(tensor.shape)" : "", "\(row)",
                    shown + (width > mostElements ? " … \(width - mostElements) more" : ""))
            }
            if rows > mostRows { table.append("", "", "", "…", "\(rows - mostRows) more rows") }
        }
        return table.rendered()
    }
}

extension Shape {
    static func text(_ dims: [Int64]) -> String { "[" + dims.map { String($0) }.joined(separator: ",") + "]" }
}
