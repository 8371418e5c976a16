package import Client
internal import Messages

extension ModelSignature {
    /// From KServe v2's metadata as JSON. Throws `LoadError` for a datatype that cannot be sent.
    package init(rest root: [String: JSONValue], model: String) throws(LoadError) {
        func ports(_ key: String) throws(LoadError) -> [Port] {
            guard case .array(let list)? = root[key] else { throw LoadError("the metadata of model '\(model)' has no '\(key)'") }
            var ports: [Port] = []
            for entry in list {
                guard case .object(let port) = entry, case .string(let name)? = port["name"], case .string(let word)? = port["datatype"],
                    case .array(let sizes)? = port["shape"]
                else { throw LoadError("the metadata of model '\(model)' has '\(key)' without name, datatype and shape") }
                guard let datatype = InferDatatype(word) else {
                    throw LoadError("'\(name)' of model '\(model)' has datatype \(word), which is not known here")
                }
                ports.append(Port(name: name, datatype: datatype, shape: sizes.map(Self.size)))
            }
            return ports
        }
        self.init(inputs: try ports("inputs"), outputs: try ports("outputs"))
    }

    /// From TensorFlow Serving's metadata as JSON.
    package init(tensorFlow root: [String: JSONValue], model: String) throws(LoadError) {
        var value: JSONValue? = root["metadata"]
        for key in ["signature_def", "signature_def", "serving_default"] {
            guard case .object(let inner)? = value else { break }
            value = inner[key]
        }
        guard case .object(let signature)? = value else { throw LoadError("the server tells no signature 'serving_default' of model '\(model)'") }
        func ports(_ key: String) throws(LoadError) -> [Port] {
            guard case .object(let infos)? = signature[key] else { return [] }
            var ports: [Port] = []
            for (name, info) in infos.sorted(by: { $0.key < $1.key }) {
                guard case .object(let fields) = info, case .string(let word)? = fields["dtype"] else {
                    throw LoadError("'\(name)' of model '\(model)' has no 'dtype'")
                }
                guard let type = TFServing.DataType.named(word), let datatype = TensorFlowTypes.datatype(type) else {
                    throw LoadError("'\(name)' of model '\(model)' has datatype \(word), which is not known here")
                }
                var shape: [Int64] = []
                if case .object(let tensorShape)? = fields["tensor_shape"], case .array(let dims)? = tensorShape["dim"] {
                    for dim in dims {
                        guard case .object(let dim) = dim else { continue }
                        shape.append(dim["size"].map(Self.size) ?? 0)
                    }
                }
                ports.append(Port(name: name, datatype: datatype, shape: shape))
            }
            return ports
        }
        self.init(inputs: try ports("inputs"), outputs: try ports("outputs"))
    }

    /// A size, which some servers write as text.
    private static func size(_ value: JSONValue) -> Int64 {
        switch value {
        case .integer(let number): number
        case .string(let text): Int64(text) ?? -1
        default: -1
        }
    }
}

extension TFServing.DataType {
    /// The type that a word such as `DT_FLOAT` stands for.
    fileprivate static func named(_ word: String) -> TFServing.DataType? {
        let words: [String: TFServing.DataType] = [
            "DT_FLOAT": .float, "DT_DOUBLE": .double, "DT_INT32": .int32, "DT_UINT8": .uint8, "DT_INT16": .int16, "DT_INT8": .int8,
            "DT_STRING": .string, "DT_INT64": .int64, "DT_BOOL": .bool, "DT_BFLOAT16": .bfloat16, "DT_UINT16": .uint16, "DT_HALF": .half,
            "DT_UINT32": .uint32, "DT_UINT64": .uint64,
        ]
        return words[word]
    }
}
