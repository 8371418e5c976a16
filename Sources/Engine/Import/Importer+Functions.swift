internal import Messages

extension Importer {
    /// Puts a function's nodes where it is called, under names of their own.
    mutating func inline(
        _ callee: (key: FunctionTable.Key, function: ONNXFunction), calledBy call: ONNXNode, _ scope: Scope, into nodes: inout [Node]
    ) throws(EngineError) {
        let function = callee.function
        let place = "function '\(function.domain)::\(function.name)'"
        guard !scope.callers.contains(callee.key) else { throw EngineError(.malformedModel, "it calls itself", place: place) }
        guard scope.depth < limits.depth else {
            throw EngineError(.resourceExhausted, "functions nest deeper than the limit of \(limits.depth)", place: place)
        }
        guard call.inputs.count <= function.inputs.count, call.outputs.count <= function.outputs.count else {
            throw EngineError(
                .malformedModel,
                "called with \(call.inputs.count) inputs and \(call.outputs.count) outputs, it has \(function.inputs.count) and \(function.outputs.count)",
                place: place)
        }
        nodeCount += 1
        var inner = scope.inner()
        inner.callers.append(callee.key)
        inner.prefix = "\(scope.prefix)\(function.name)#\(nodeCount)/"
        inner.opsets = scope.opsets
        for opset in function.opsetImports {
            inner.opsets[Self.normalised(domain: opset.domain)] = try Self.version(opset)
        }
        inner.arguments = try arguments(of: function, calledBy: call, scope, place: place)
        inner.bindings = [:]
        for (index, formal) in function.inputs.enumerated() {
            inner.bindings[formal] = index < call.inputs.count ? scope.rename(call.inputs[index]) : ""
        }
        var copies: [(from: String, to: String)] = []
        for (index, formal) in function.outputs.enumerated() where index < call.outputs.count && !call.outputs[index].isEmpty {
            let actual = scope.rename(call.outputs[index])
            if let bound = inner.bindings[formal] {
                // An output that is an input, or one output under two names.
                copies.append((bound, actual))
            } else {
                inner.bindings[formal] = actual
            }
        }
        for (index, node) in function.nodes.enumerated() {
            try append(node, index: index, inner, to: &nodes)
        }
        for copy in copies {
            nodes.append(
                Node(
                    name: "\(inner.prefix)\(copy.to)", operatorName: "Identity", domain: "", version: scope.opsets[""] ?? 1,
                    inputs: [copy.from], outputs: [copy.to], attributes: [:]))
        }
    }

    private mutating func arguments(
        of function: ONNXFunction, calledBy call: ONNXNode, _ scope: Scope, place: String
    ) throws(EngineError) -> [String: Attribute] {
        var arguments: [String: Attribute] = [:]
        for attribute in function.defaultAttributes {
            arguments[attribute.name] = try self.attribute(attribute, scope, place: place)
        }
        for attribute in call.attributes {
            arguments[attribute.name] = try self.attribute(attribute, scope, place: place)
        }
        return arguments
    }
}
