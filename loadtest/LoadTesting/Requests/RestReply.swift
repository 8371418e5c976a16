internal import Client
internal import Messages
internal import Tensors

/// Answers of KServe v2 on the HTTP port, with tensors in JSON or as bytes behind it.
package struct KServeRestReply: ReplyCheck {
    let outputs: [ExpectedTensor]

    package init(outputs: [ExpectedTensor]) { self.outputs = outputs }

    package func fault(in message: UnsafeRawBufferPointer) -> String? { fault(in: message, headerBytes: nil) }

    package func fault(in message: UnsafeRawBufferPointer, headerBytes: Int?) -> String? {
        let head = headerBytes ?? message.count
        guard head >= 0, head <= message.count else { return "the reply says that \(head) of its \(message.count) bytes are JSON" }
        guard case .object(let root)? = try? JSONValue(parsing: Array(message[..<head])), case .array(let list)? = root["outputs"] else {
            return "the reply is no JSON object with 'outputs'"
        }
        var offset = head
        var found: [String: (entry: [String: JSONValue], bytes: UnsafeRawBufferPointer?)] = [:]
        for value in list {
            guard case .object(let entry) = value, case .string(let name)? = entry["name"] else { return "the reply has an output without a name" }
            var bytes: UnsafeRawBufferPointer?
            if case .object(let parameters)? = entry["parameters"], case .integer(let size)? = parameters["binary_data_size"] {
                guard size >= 0, size <= message.count - offset else { return "output '\(name)' is longer than the reply" }
                bytes = UnsafeRawBufferPointer(rebasing: message[offset..<offset + Int(size)])
                offset += Int(size)
            }
            found[name] = (entry, bytes)
        }
        if offset != message.count { return "\(message.count - offset) bytes of the reply belong to no output" }
        for expected in outputs {
            guard let (entry, bytes) = found[expected.name] else { return "output '\(expected.name)' is missing" }
            guard case .string(let word)? = entry["datatype"], case .array(let sizes)? = entry["shape"] else {
                return "output '\(expected.name)' has no datatype or shape"
            }
            let shape = sizes.map { if case .integer(let size) = $0 { size } else { Int64(-1) } }
            if let bytes {
                if let fault = expected.fault(datatype: InferDatatype(word), shape: shape, raw: { _ in bytes }) { return fault }
            } else if let fault = expected.fault(datatype: InferDatatype(word), shape: shape, json: entry["data"] ?? .null) {
                return fault
            }
        }
        return nil
    }
}

/// Answers of TensorFlow Serving's REST interface, by columns.
package struct PredictRestReply: ReplyCheck {
    let outputs: [ExpectedTensor]

    package init(outputs: [ExpectedTensor]) { self.outputs = outputs }

    package func fault(in message: UnsafeRawBufferPointer) -> String? {
        guard case .object(let root)? = try? JSONValue(parsing: Array(message)), let answer = root["outputs"] else {
            return "the reply is no JSON object with 'outputs'"
        }
        for expected in outputs {
            // A single output stands there without its name.
            var data = answer
            if outputs.count > 1 || answer.isObject {
                guard case .object(let columns) = answer, let column = columns[expected.name] else { return "output '\(expected.name)' is missing" }
                data = column
            }
            var shape: [Int64] = []
            var probe = data
            while case .array(let elements) = probe {
                shape.append(Int64(elements.count))
                guard let first = elements.first else { break }
                probe = first
            }
            if let fault = expected.fault(datatype: expected.datatype, shape: shape, json: data) { return fault }
        }
        return nil
    }
}

extension JSONValue {
    fileprivate var isObject: Bool { if case .object = self { true } else { false } }
}

extension ExpectedTensor {
    /// What is wrong with an output whose elements are JSON, nested or not, or nil.
    func fault(datatype found: InferDatatype?, shape sizes: [Int64], json: JSONValue) -> String? {
        guard let dataType = DataType(kserveName: "\(datatype.name)") else { return "output '\(name)' has a type that cannot be read" }
        var flat: [JSONValue] = []
        Self.flatten(json, into: &flat)
        let tensor: Tensor
        do { tensor = try Tensor(json: .array(flat), dataType: dataType) } catch { return "output '\(name)': \(error)" }
        let bytes = WireElements.bytes(of: tensor)
        return bytes.withUnsafeBytes { bytes in fault(datatype: found, shape: sizes) { _ in bytes } }
    }

    private static func flatten(_ value: JSONValue, into flat: inout [JSONValue]) {
        guard case .array(let elements) = value else { return flat.append(value) }
        for element in elements { flatten(element, into: &flat) }
    }
}
