internal import Client
public import Tensors

/// A question with its known answer, in the form of the files `golden/*.json` of a model repository.
public struct GoldenAnswer: Sendable {
    public var inputs: [(name: String, tensor: Tensor)]
    public var outputs: [(name: String, tensor: Tensor)]
    /// Of the expected output's largest magnitude, for floating point.
    public var tolerance: Double

    /// Reads a file. Throws `LoadError` that names the file and what is wrong with it.
    public init(path: String) throws(LoadError) {
        let bytes: [UInt8]
        do { bytes = try LocalFile.read(path) } catch { throw LoadError("\(error)") }
        try self.init(json: bytes, name: path)
    }

    /// - Parameter name: What errors call the document.
    public init(json: [UInt8], name: String) throws(LoadError) {
        let document: JSONValue
        do { document = try JSONValue(parsing: json) } catch { throw LoadError("\(name): \(error)") }
        guard case .object(let root) = document else { throw LoadError("\(name): not an object with 'inputs' and 'outputs'") }
        func side(_ key: String) throws(LoadError) -> [(name: String, tensor: Tensor)] {
            guard case .object(let entries)? = root[key], !entries.isEmpty else { throw LoadError("\(name): '\(key)' is missing") }
            var tensors: [(name: String, tensor: Tensor)] = []
            for (port, value) in entries.sorted(by: { $0.key < $1.key }) {
                tensors.append((port, try Self.tensor(value, place: "\(name): \(key).\(port)")))
            }
            return tensors
        }
        inputs = try side("inputs")
        outputs = try side("outputs")
        switch root["tolerance"] {
        case .number(let value)?: tolerance = value
        case .integer(let value)?: tolerance = Double(value)
        default: tolerance = 1e-4
        }
    }

    private static func tensor(_ value: JSONValue, place: String) throws(LoadError) -> Tensor {
        guard case .object(let entry) = value, case .string(let name)? = entry["datatype"], let dataType = DataType(kserveName: name),
            case .array(let sizes)? = entry["shape"], let data = entry["data"]
        else { throw LoadError("\(place) needs 'datatype', 'shape' and 'data'") }
        var dims: [Int] = []
        for size in sizes {
            guard case .integer(let number) = size else { throw LoadError("\(place): 'shape' is not a list of integers") }
            dims.append(Int(number))
        }
        var flat: [JSONValue] = []
        flatten(data, into: &flat)
        guard let shape = Shape(checking: dims), shape.count == flat.count else {
            throw LoadError("\(place): \(flat.count) values do not fill the shape \(dims)")
        }
        do {
            return try Tensor(json: .array(flat), dataType: dataType).reshaped(to: shape)
        } catch {
            throw LoadError("\(place): \(error)")
        }
    }

    private static func flatten(_ value: JSONValue, into flat: inout [JSONValue]) {
        guard case .array(let elements) = value else { return flat.append(value) }
        for element in elements { flatten(element, into: &flat) }
    }
}
