package import Tensors

/// One operator by itself, as tests and tools want it.
package enum SingleOperator {
    /// The outputs of `node` for these inputs (nil where an optional one is left out), through the same steps as in a model.
    package static func run(_ node: Node, _ inputs: [Value?]) throws(EngineError) -> [Value] {
        guard let entry = Registry.find(node) else { throw node.unsupported("no such operator") }
        var operation = try entry.make(node)
        let facts = inputs.map { $0?.fact }
        let wanted = [Bool](repeating: true, count: max(node.outputs.count, 1))
        if let prepared = try operation.prepare(facts) { operation = prepared }
        return try Evaluation.run(operation, inputs: inputs, wanted: wanted, place: node.place, limitBytes: EngineLimits().planBytes
        ).compactMap { $0 }
    }

    /// As ``run(_:_:)``, for tensors.
    package static func run(
        _ name: String, domain: String = "", version: Int, attributes: [String: Attribute] = [:], outputs: Int = 1, _ inputs: [Tensor?]
    ) throws(EngineError) -> [Tensor] {
        let node = Node(
            name: name, operatorName: name, domain: domain, version: version,
            inputs: inputs.indices.map { inputs[$0] == nil ? "" : "x\($0)" }, outputs: (0..<outputs).map { "y\($0)" },
            attributes: attributes)
        return try run(node, inputs.map { $0.map(Value.tensor) }).compactMap(\.tensor)
    }
}
