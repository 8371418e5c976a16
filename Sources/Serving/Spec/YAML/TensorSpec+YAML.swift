internal import YAML
internal import Tensors

extension TensorSpec {
    /// `- {name: x, datatype: FP32, shape: [-1, 4]}`, any number of them.
    static func list(_ map: inout YamlMap, _ key: String) throws(YamlError) -> [TensorSpec] {
        var specs: [TensorSpec] = []
        for (index, node) in (try map.list(key) ?? []).enumerated() {
            var inner = try YamlMap(node, file: map.file, place: "\(map.path(key))[\(index)]")
            guard let name = try inner.string("name") else {
                throw YamlError("\(map.file):\(node.line): '\(inner.place)' needs a 'name'")
            }
            var spec = TensorSpec(name: name)
            spec.dataType = try inner.dataType("datatype")
            spec.dims = try inner.ints("shape", in: -1...Int.max)
            spec.reshape = try inner.ints("reshape", in: -1...Int.max)
            spec.isOptional = try inner.bool("optional") ?? false
            spec.allowsRagged = try inner.bool("ragged") ?? false
            spec.labelFile = try inner.string("label_file")
            spec.format = try inner.string("format")
            if key == "outputs" { spec.sources = try inner.strings("from") ?? [] }
            try inner.finish()
            specs.append(spec)
        }
        return specs
    }
}

extension YamlMap {
    mutating func dataType(_ key: String) throws(YamlError) -> DataType? {
        guard let node = node(key) else { return nil }
        guard let text = Self.string(node), let dataType = DataType(kserveName: text.uppercased()) ?? DataType(configurationName: text) else {
            throw error(node, key, "a data type such as FP32, INT64 or BYTES")
        }
        return dataType
    }
}

extension DataType {
    /// The type by the names of other configurations: `float32`, `TYPE_FP32`, `string`.
    fileprivate init?(configurationName name: String) {
        let lower = name.lowercased()
        if let type = DataType.allCases.first(where: { $0.description == lower }) {
            self = type
        } else if lower.hasPrefix("type_") {
            let short = String(lower.dropFirst(5)).uppercased()
            guard let type = short == "STRING" ? .string : DataType(kserveName: short) else { return nil }
            self = type
        } else {
            return nil
        }
    }
}
