internal import Messages
internal import Tensors

/// Takes a model file in. Used by one thread at a time.
struct Importer {
    let limits: ImportLimits
    let decoder: TensorDecoder
    let functions: FunctionTable
    var nodeCount = 0

    /// The model in the file at `path`.
    static func load(path: String, limits: ImportLimits = ImportLimits()) throws(EngineError) -> ImportedModel {
        let bytes: ONNXBytes
        do { bytes = try ONNXBytes(file: path) } catch { throw EngineError(.unreadable, error.message, place: nil) }
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        return try load(bytes, folder: folder.isEmpty ? "/" : folder, limits: limits)
    }

    /// The model in `bytes`; `folder` is where its external tensors are, if anywhere.
    static func load(_ bytes: ONNXBytes, folder: String?, limits: ImportLimits = ImportLimits()) throws(EngineError) -> ImportedModel {
        let model: ONNXModel
        do { model = try ONNXReader.model(bytes) } catch { throw EngineError(.malformedModel, error.message) }
        var opsets: [String: Int] = [:]
        for opset in model.opsetImports {
            opsets[normalised(domain: opset.domain)] = try version(opset)
        }
        // Files older than operator sets mean the first.
        if opsets[""] == nil { opsets[""] = 1 }
        let decoder = TensorDecoder(limitBytes: limits.tensorBytes, externalData: folder.flatMap(ExternalData.init(folder:)))
        var importer = Importer(limits: limits, decoder: decoder, functions: try FunctionTable(model.functions))
        let graph = try importer.graph(model.graph, Scope(opsets: opsets))
        var metadata = ModelMetadata()
        metadata.irVersion = Int(model.irVersion)
        metadata.producerName = model.producerName
        metadata.producerVersion = model.producerVersion
        metadata.domain = model.domain
        metadata.modelVersion = Int(model.modelVersion)
        metadata.docString = model.docString
        metadata.entries = model.metadata.map { ModelMetadata.Entry(key: $0.key, value: $0.value) }
        return ImportedModel(graph: graph, opsets: opsets, metadata: metadata)
    }

    static func normalised(domain: String) -> String { domain == "ai.onnx" ? "" : domain }

    static func version(_ opset: ONNXOpset) throws(EngineError) -> Int {
        guard opset.version >= 1, let version = Int(exactly: opset.version) else {
            throw EngineError(.malformedModel, "operator set '\(opset.domain)' has the impossible version \(opset.version)")
        }
        return version
    }

    mutating func graph(_ source: ONNXGraph, _ scope: Scope) throws(EngineError) -> Graph {
        guard scope.depth <= limits.depth else {
            throw EngineError(.resourceExhausted, "graphs nest deeper than the limit of \(limits.depth)", place: "graph '\(source.name)'")
        }
        var initializers: [String: Tensor] = [:]
        initializers.reserveCapacity(source.initializers.count)
        for tensor in source.initializers {
            guard !tensor.name.isEmpty else { throw EngineError(.malformedModel, "an initialiser has no name", place: "graph '\(source.name)'") }
            guard initializers.updateValue(try decoder.decode(tensor), forKey: scope.rename(tensor.name)) == nil else {
                throw EngineError(.malformedModel, "it is defined twice", place: "initialiser '\(tensor.name)'")
            }
        }
        for sparse in source.sparseInitializers {
            let name = sparse.values.name
            guard !name.isEmpty, initializers.updateValue(try decoder.decode(sparse), forKey: scope.rename(name)) == nil else {
                throw EngineError(.malformedModel, "it has no name or is defined twice", place: "sparse initialiser '\(name)'")
            }
        }
        var result = Graph(name: source.name, inputs: [], outputs: [], nodes: [], initializers: initializers)
        for info in source.inputs { result.inputs.append(try port(info, scope)) }
        for info in source.outputs { result.outputs.append(try port(info, scope)) }
        result.nodes.reserveCapacity(source.nodes.count)
        for (index, node) in source.nodes.enumerated() {
            try append(node, index: index, scope, to: &result.nodes)
        }
        return result
    }

    private func port(_ info: ONNXValueInfo, _ scope: Scope) throws(EngineError) -> Graph.Port {
        var fact: Fact?
        if let type = info.type {
            do { fact = try self.fact(type) } catch {
                throw EngineError(error.code, error.message, place: "value '\(info.name)'")
            }
        }
        return Graph.Port(name: scope.rename(info.name), fact: fact)
    }

    /// Adds one node, or the nodes of the function that it calls.
    mutating func append(_ source: ONNXNode, index: Int, _ scope: Scope, to nodes: inout [Node]) throws(EngineError) {
        let domain = Self.normalised(domain: source.domain)
        if let function = functions.find(domain: domain, name: source.operatorName, overload: source.overload) {
            try inline(function, calledBy: source, scope, into: &nodes)
            return
        }
        nodeCount += 1
        guard nodeCount <= limits.nodes else {
            throw EngineError(.resourceExhausted, "more nodes than the limit of \(limits.nodes)", place: "node '\(source.name)'")
        }
        let name = source.name.isEmpty ? "\(source.operatorName)_\(index)" : source.name
        let place = "node '\(name)' (\(source.operatorName))"
        var attributes: [String: Attribute] = [:]
        attributes.reserveCapacity(source.attributes.count)
        for attribute in source.attributes {
            guard let value = try self.attribute(attribute, scope, place: place) else { continue }
            guard attributes.updateValue(value, forKey: attribute.name) == nil else {
                throw EngineError(.malformedModel, "attribute '\(attribute.name)' is given twice", place: place)
            }
        }
        nodes.append(
            Node(
                name: scope.prefix + name, operatorName: source.operatorName, domain: domain, version: scope.opsets[domain] ?? 1,
                inputs: source.inputs.map(scope.rename), outputs: source.outputs.map(scope.rename), attributes: attributes))
    }

    /// The value of an attribute; nil for a reference to one that the function's caller left out.
    mutating func attribute(_ source: ONNXAttribute, _ scope: Scope, place: String) throws(EngineError) -> Attribute? {
        do throws(EngineError) {
            switch source.value {
            case .float(let value): return .float(value)
            case .int(let value): return .int(Int(value))
            case .string(let value): return .string(ByteString(bytes: value))
            case .tensor(let value): return .tensor(try decoder.decode(value))
            case .sparseTensor(let value): return .tensor(try decoder.decode(value))
            case .graph(let value): return .graph(try graph(value, scope.inner()))
            case .type(let value):
                let fact = try fact(value)
                return .type(fact.type, dims: fact.dims)
            case .floats(let values): return .floats(values)
            case .ints(let values): return .ints(values.map(Int.init))
            case .strings(let values): return .strings(values.map(ByteString.init(bytes:)))
            case .tensors(let values):
                var tensors: [Tensor] = []
                for value in values { tensors.append(try decoder.decode(value)) }
                return .tensors(tensors)
            case .sparseTensors(let values):
                var tensors: [Tensor] = []
                for value in values { tensors.append(try decoder.decode(value)) }
                return .tensors(tensors)
            case .graphs(let values):
                var graphs: [Graph] = []
                for value in values { graphs.append(try graph(value, scope.inner())) }
                return .graphs(graphs)
            case .types: throw EngineError(.unsupported, "lists of types are not read")
            case .reference(let name):
                guard let arguments = scope.arguments else {
                    throw EngineError(.malformedModel, "it refers to attribute '\(name)' of a function, outside any function")
                }
                return arguments[name]
            }
        } catch {
            let inner = error.place.map { "\($0): " } ?? ""
            throw EngineError(error.code, inner + error.message, place: "\(place), attribute '\(source.name)'")
        }
    }

    /// Type and extents as the file declares them.
    func fact(_ type: ONNXType) throws(EngineError) -> Fact {
        switch type {
        case .tensor(let element, let dims), .sparseTensor(let element, let dims):
            guard let dataType = DataType(onnx: element) else {
                throw EngineError(.unsupported, "element type \(element) is not known")
            }
            guard let dims else { return Fact(dataType, nil) }
            var extents: [Dim] = []
            extents.reserveCapacity(dims.count)
            for dim in dims {
                switch dim {
                // A negative extent is some exporters' word for an unknown one.
                case .value(let value): extents.append(value < 0 ? .unknown : .known(Int(value)))
                case .parameter(let name): extents.append(.symbol(name))
                case .unknown: extents.append(.unknown)
                }
            }
            return Fact(dataType, extents)
        case .sequence(let element): return Fact(type: .sequence(try fact(element).type))
        case .optional(let wrapped): return Fact(type: .optional(try fact(wrapped).type))
        case .map(let key, let value):
            guard let key = DataType(onnx: key) else { throw EngineError(.unsupported, "key type \(key) is not known") }
            return Fact(type: .map(key: key, value: try fact(value).type))
        }
    }
}
