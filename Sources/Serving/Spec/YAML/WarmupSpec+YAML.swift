internal import YAML
internal import Tensors

extension WarmupSpec {
    static func list(_ map: inout YamlMap, _ key: String) throws(YamlError) -> [WarmupSpec] {
        var specs: [WarmupSpec] = []
        for (index, node) in (try map.list(key) ?? []).enumerated() {
            var inner = try YamlMap(node, file: map.file, place: "\(map.path(key))[\(index)]")
            var spec = WarmupSpec(name: try inner.string("name") ?? "\(index)", inputs: [:])
            spec.rows = try inner.int("rows", in: 1...(1 << 20)) ?? 1
            spec.recorded = try inner.string("request").map { below(map.file, $0) }
            spec.count = try inner.int("count", in: 1...1000) ?? 1
            if var inputs = try inner.map("inputs") {
                for name in inputs.keys {
                    guard var input = try inputs.map(name) else { continue }
                    let dataType = try input.dataType("datatype") ?? .float32
                    let dims = try input.ints("shape", in: 0...Int.max) ?? []
                    let fill: Input.Filling? = try input.choice("fill", [("zero", .zero), ("random", .random)])
                    let file = try input.string("file")
                    try input.finish()
                    spec.inputs[name] = Input(dataType: dataType, dims: dims, filling: file.map { .file(below(map.file, $0)) } ?? fill ?? .zero)
                }
            }
            try inner.finish()
            guard spec.recorded == nil || spec.inputs.isEmpty else {
                throw YamlError("\(inner.file):\(inner.line): '\(inner.place)' has both a 'request' and 'inputs'")
            }
            specs.append(spec)
        }
        return specs
    }

    /// A file of the folder `warmup` beside the configuration.
    private static func below(_ configuration: String, _ name: String) -> String {
        let folder = configuration.lastIndex(of: "/").map { String(configuration[..<$0]) } ?? "."
        return "\(folder)/warmup/\(name)"
    }
}
