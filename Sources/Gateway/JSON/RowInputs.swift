internal import JSON
internal import Serving
internal import Tensors

/// Inputs of a model as JSON lists them: by rows, as `instances`, or by columns, as `inputs`.
struct RowInputs {
    let version: ModelVersion

    /// Reads a list of instances: objects with a value for each input, or the values of the only input.
    ///
    /// - Returns: the inputs, and how many rows there are.
    func instances(_ reader: inout JSONReader) throws(JSONError) -> (inputs: [InputTensor], rows: Int) {
        let start = reader.mark()
        let ports = version.signature.inputs
        try reader.beginArray()
        guard try reader.nextElement() else { throw JSONError("'instances' is empty", at: start) }
        guard try isNamed(&reader) else {
            guard ports.count == 1 else {
                throw JSONError(
                    "model '\(version.model)' has the inputs \(names), so each instance must be an object that has a value for each",
                    at: start)
            }
            var list = NestedList(ports[0].dataType, options: [.base64])
            var rows = 0
            repeat {
                try list.append(&reader, depth: 1)
                rows += 1
            } while try reader.nextElement()
            try list.setExtent(0, rows, start)
            return ([try input(ports[0], try list.tensor(at: start))], rows)
        }
        return try namedInstances(&reader, start)
    }

    private func namedInstances(_ reader: inout JSONReader, _ start: Int) throws(JSONError) -> (inputs: [InputTensor], rows: Int) {
        let ports = version.signature.inputs
        let columns = ports.map { Column($0) }
        var rows = 0
        repeat {
            let place = reader.mark()
            try reader.beginObject()
            while let key = try reader.nextKey() {
                guard let column = columns.first(where: { $0.port.name == key }) else { throw unknown(key, place) }
                guard column.rows == rows else { throw JSONError("instance \(rows) has the key '\(key)' more than once", at: place) }
                do throws(JSONError) { try column.list.append(&reader, depth: 1) } catch {
                    throw JSONError("instance \(rows), input '\(key)': \(error.message)", at: error.offset)
                }
                column.rows += 1
            }
            rows += 1
            for column in columns where column.rows != rows && !(column.port.isOptional && column.rows == 0) {
                throw JSONError("instance \(rows - 1) has no value for input '\(column.port.name)'", at: place)
            }
        } while try reader.nextElement()
        var inputs: [InputTensor] = []
        for column in columns where column.rows > 0 {
            try column.list.setExtent(0, rows, start)
            inputs.append(try input(column.port, try column.take().tensor(at: start)))
        }
        return (inputs, rows)
    }

    /// One input's values while rows are read.
    private final class Column {
        let port: TensorSignature
        var list: NestedList
        var rows = 0

        init(_ port: TensorSignature) {
            self.port = port
            list = NestedList(port.dataType, options: [.base64])
        }

        /// What was gathered; nothing is left behind.
        func take() -> NestedList {
            var taken = NestedList(port.dataType, options: [])
            swap(&taken, &list)
            return taken
        }
    }

    /// Reads the inputs whole: an object with a value for each, or the value of the only input.
    func columns(_ reader: inout JSONReader) throws(JSONError) -> [InputTensor] {
        let start = reader.mark()
        let ports = version.signature.inputs
        guard try isNamed(&reader) else {
            guard ports.count == 1 else {
                throw JSONError("model '\(version.model)' has the inputs \(names): an object with a value for each is expected", at: start)
            }
            return [try whole(&reader, ports[0])]
        }
        var inputs: [InputTensor] = []
        try reader.beginObject()
        while let key = try reader.nextKey() {
            guard let port = ports.first(where: { $0.name == key }) else { throw unknown(key, reader.mark()) }
            do throws(JSONError) { inputs.append(try whole(&reader, port)) } catch {
                throw JSONError("input '\(key)': \(error.message)", at: error.offset)
            }
        }
        return inputs
    }

    private func whole(_ reader: inout JSONReader, _ port: TensorSignature) throws(JSONError) -> InputTensor {
        let start = reader.mark()
        var list = NestedList(port.dataType, options: [.base64])
        try list.append(&reader, depth: 0)
        return try input(port, try list.tensor(at: start))
    }

    /// Whether the next value has names of inputs as its keys: an object that does not stand for bytes.
    private func isNamed(_ reader: inout JSONReader) throws(JSONError) -> Bool {
        guard try reader.peek() == .object else { return false }
        var ahead = reader
        try ahead.beginObject()
        guard let key = try ahead.nextKey() else { return true }
        return key != "b64" || version.signature.inputs.contains { $0.name == "b64" }
    }

    private func input(_ port: TensorSignature, _ tensor: Tensor) throws(JSONError) -> InputTensor {
        InputTensor(name: Name(port.name), tensor)
    }

    private var names: String { version.signature.inputs.map { "'\($0.name)'" }.joined(separator: ", ") }

    private func unknown(_ key: String, _ place: Int) -> JSONError {
        JSONError("model '\(version.model)' has no input '\(key)'; its inputs are \(names)", at: place)
    }
}
