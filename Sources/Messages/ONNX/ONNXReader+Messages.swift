internal import CMessages
internal import CProtobufC

// From the generated structs to plain values. Every pointer is checked: a file may leave anything out.
extension ONNXReader {
    func list<Message, Result>(
        _ items: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?, _ count: Int,
        _ convert: (Message) throws(ONNXFormatError) -> Result
    ) throws(ONNXFormatError) -> [Result] {
        guard let items, count > 0 else { return [] }
        var result: [Result] = []
        result.reserveCapacity(count)
        for index in 0..<count {
            guard let item = items[index] else { throw ONNXFormatError("an element of a list is missing") }
            result.append(try convert(item.pointee))
        }
        return result
    }

    func numbers<Number>(_ items: UnsafeMutablePointer<Number>?, _ count: Int) -> [Number] {
        guard let items, count > 0 else { return [] }
        return Array(UnsafeBufferPointer(start: items, count: count))
    }

    func texts(_ items: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ count: Int) -> [String] {
        guard let items, count > 0 else { return [] }
        return (0..<count).map { text(items[$0]) }
    }

    func entries(_ items: UnsafeMutablePointer<UnsafeMutablePointer<Onnx__StringStringEntryProto>?>?, _ count: Int) -> [ONNXEntry] {
        guard let items, count > 0 else { return [] }
        return (0..<count).compactMap { index in
            items[index].map { ONNXEntry(key: text($0.pointee.key), value: text($0.pointee.value)) }
        }
    }

    func opsets(_ items: UnsafeMutablePointer<UnsafeMutablePointer<Onnx__OperatorSetIdProto>?>?, _ count: Int) -> [ONNXOpset] {
        guard let items, count > 0 else { return [] }
        return (0..<count).compactMap { index in
            items[index].map { ONNXOpset(domain: text($0.pointee.domain), version: $0.pointee.version) }
        }
    }

    func node(_ message: Onnx__NodeProto) throws(ONNXFormatError) -> ONNXNode {
        var node = ONNXNode()
        node.name = text(message.name)
        node.operatorName = text(message.op_type)
        // Also the guard against millions of empty nodes.
        guard !node.operatorName.isEmpty else { throw ONNXFormatError("node '\(node.name)' names no operator") }
        node.domain = text(message.domain)
        node.overload = text(message.overload)
        node.inputs = texts(message.input, message.n_input)
        node.outputs = texts(message.output, message.n_output)
        node.attributes = try list(message.attribute, message.n_attribute, attribute)
        return node
    }

    func attribute(_ message: Onnx__AttributeProto) throws(ONNXFormatError) -> ONNXAttribute {
        let name = text(message.name)
        guard !name.isEmpty else { throw ONNXFormatError("an attribute has no name") }
        let reference = text(message.ref_attr_name)
        if !reference.isEmpty { return ONNXAttribute(name: name, value: .reference(reference)) }
        // Old writers leave the type out; then what is there tells it.
        switch message.has_type != 0 ? message.type : typeByContent(message) {
        case 1: return ONNXAttribute(name: name, value: .float(message.f))
        case 2: return ONNXAttribute(name: name, value: .int(message.i))
        case 3: return ONNXAttribute(name: name, value: .string(bytes(message.s)))
        case 4:
            guard let tensor = message.t else { throw ONNXFormatError("attribute '\(name)' has no tensor") }
            return ONNXAttribute(name: name, value: .tensor(try self.tensor(tensor.pointee)))
        case 5:
            guard let graph = message.g else { throw ONNXFormatError("attribute '\(name)' has no graph") }
            return ONNXAttribute(name: name, value: .graph(try self.graph(graph.pointee)))
        case 6: return ONNXAttribute(name: name, value: .floats(numbers(message.floats, message.n_floats)))
        case 7: return ONNXAttribute(name: name, value: .ints(numbers(message.ints, message.n_ints)))
        case 8:
            let strings = message.strings.map { items in (0..<message.n_strings).map { bytes(items[$0]) } }
            return ONNXAttribute(name: name, value: .strings(strings ?? []))
        case 9: return ONNXAttribute(name: name, value: .tensors(try list(message.tensors, message.n_tensors, tensor)))
        case 10: return ONNXAttribute(name: name, value: .graphs(try list(message.graphs, message.n_graphs, graph)))
        case 11:
            guard let sparse = message.sparse_tensor else { throw ONNXFormatError("attribute '\(name)' has no sparse tensor") }
            return ONNXAttribute(name: name, value: .sparseTensor(try sparseTensor(sparse.pointee)))
        case 12:
            return ONNXAttribute(
                name: name, value: .sparseTensors(try list(message.sparse_tensors, message.n_sparse_tensors, sparseTensor)))
        case 13:
            guard let proto = message.tp, let type = try self.type(proto.pointee) else {
                throw ONNXFormatError("attribute '\(name)' has no type")
            }
            return ONNXAttribute(name: name, value: .type(type))
        case 14:
            let types = try list(message.type_protos, message.n_type_protos) { (proto) throws(ONNXFormatError) in
                guard let type = try self.type(proto) else { throw ONNXFormatError("attribute '\(name)' has an empty type") }
                return type
            }
            return ONNXAttribute(name: name, value: .types(types))
        case let other: throw ONNXFormatError("attribute '\(name)' has the unknown type \(other)")
        }
    }

    private func typeByContent(_ message: Onnx__AttributeProto) -> Int32 {
        if message.has_f != 0 { return 1 }
        if message.has_i != 0 { return 2 }
        if message.has_s != 0 { return 3 }
        if message.t != nil { return 4 }
        if message.g != nil { return 5 }
        if message.n_floats > 0 { return 6 }
        if message.n_ints > 0 { return 7 }
        if message.n_strings > 0 { return 8 }
        if message.n_tensors > 0 { return 9 }
        if message.n_graphs > 0 { return 10 }
        if message.sparse_tensor != nil { return 11 }
        if message.n_sparse_tensors > 0 { return 12 }
        if message.tp != nil { return 13 }
        return message.n_type_protos > 0 ? 14 : 7
    }

    func graph(_ message: Onnx__GraphProto) throws(ONNXFormatError) -> ONNXGraph {
        var graph = ONNXGraph()
        graph.name = text(message.name)
        graph.nodes = try list(message.node, message.n_node, node)
        graph.initializers = try list(message.initializer, message.n_initializer, tensor)
        graph.sparseInitializers = try list(message.sparse_initializer, message.n_sparse_initializer, sparseTensor)
        graph.inputs = try list(message.input, message.n_input, valueInfo)
        graph.outputs = try list(message.output, message.n_output, valueInfo)
        graph.valueInfos = try list(message.value_info, message.n_value_info, valueInfo)
        return graph
    }

    func function(_ message: Onnx__FunctionProto) throws(ONNXFormatError) -> ONNXFunction {
        var function = ONNXFunction()
        function.name = text(message.name)
        guard !function.name.isEmpty else { throw ONNXFormatError("a function has no name") }
        function.domain = text(message.domain)
        function.overload = text(message.overload)
        function.inputs = texts(message.input, message.n_input)
        function.outputs = texts(message.output, message.n_output)
        function.requiredAttributes = texts(message.attribute, message.n_attribute)
        function.defaultAttributes = try list(message.attribute_proto, message.n_attribute_proto, attribute)
        function.nodes = try list(message.node, message.n_node, node)
        function.opsetImports = opsets(message.opset_import, message.n_opset_import)
        return function
    }

    func tensor(_ message: Onnx__TensorProto) throws(ONNXFormatError) -> ONNXTensor {
        var tensor = ONNXTensor()
        tensor.name = text(message.name)
        tensor.dims = numbers(message.dims, message.n_dims)
        tensor.dataType = message.data_type
        if message.has_data_location != 0, message.data_location == 1 {
            tensor.payload = .external(entries(message.external_data, message.n_external_data))
        } else if message.has_raw_data != 0 {
            tensor.payload = .raw(
                ONNXBytes(copying: UnsafeRawBufferPointer(start: message.raw_data.data, count: message.raw_data.len)))
        } else if message.n_float_data > 0 {
            tensor.payload = .floats(numbers(message.float_data, message.n_float_data))
        } else if message.n_int32_data > 0 {
            tensor.payload = .int32s(numbers(message.int32_data, message.n_int32_data))
        } else if message.n_int64_data > 0 {
            tensor.payload = .int64s(numbers(message.int64_data, message.n_int64_data))
        } else if message.n_double_data > 0 {
            tensor.payload = .doubles(numbers(message.double_data, message.n_double_data))
        } else if message.n_uint64_data > 0 {
            tensor.payload = .uint64s(numbers(message.uint64_data, message.n_uint64_data))
        } else if let strings = message.string_data, message.n_string_data > 0 {
            tensor.payload = .strings((0..<message.n_string_data).map { bytes(strings[$0]) })
        }
        return tensor
    }

    func sparseTensor(_ message: Onnx__SparseTensorProto) throws(ONNXFormatError) -> ONNXSparseTensor {
        var sparse = ONNXSparseTensor()
        guard let values = message.values else { throw ONNXFormatError("a sparse tensor has no values") }
        sparse.values = try tensor(values.pointee)
        if let indices = message.indices { sparse.indices = try tensor(indices.pointee) }
        sparse.dims = numbers(message.dims, message.n_dims)
        return sparse
    }

    func valueInfo(_ message: Onnx__ValueInfoProto) throws(ONNXFormatError) -> ONNXValueInfo {
        var info = ONNXValueInfo()
        info.name = text(message.name)
        guard !info.name.isEmpty else { throw ONNXFormatError("a value description has no name") }
        if let type = message.type { info.type = try self.type(type.pointee) }
        return info
    }

    func type(_ message: Onnx__TypeProto) throws(ONNXFormatError) -> ONNXType? {
        switch message.value_case {
        case ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE:
            guard let tensor = message.tensor_type else { return nil }
            return .tensor(element: tensor.pointee.elem_type, dims: dims(tensor.pointee.shape))
        case ONNX__TYPE_PROTO__VALUE_SPARSE_TENSOR_TYPE:
            guard let tensor = message.sparse_tensor_type else { return nil }
            return .sparseTensor(element: tensor.pointee.elem_type, dims: dims(tensor.pointee.shape))
        case ONNX__TYPE_PROTO__VALUE_SEQUENCE_TYPE:
            guard let element = message.sequence_type?.pointee.elem_type, let type = try type(element.pointee) else { return nil }
            return .sequence(type)
        case ONNX__TYPE_PROTO__VALUE_OPTIONAL_TYPE:
            guard let element = message.optional_type?.pointee.elem_type, let type = try type(element.pointee) else { return nil }
            return .optional(type)
        case ONNX__TYPE_PROTO__VALUE_MAP_TYPE:
            guard let map = message.map_type, let value = map.pointee.value_type, let type = try type(value.pointee) else {
                return nil
            }
            return .map(key: map.pointee.key_type, value: type)
        default: return nil
        }
    }

    private func dims(_ shape: UnsafeMutablePointer<Onnx__TensorShapeProto>?) -> [ONNXDim]? {
        guard let shape = shape?.pointee else { return nil }
        guard let items = shape.dim else { return [] }
        return (0..<shape.n_dim).map { index in
            guard let dim = items[index]?.pointee else { return .unknown }
            switch dim.value_case {
            case ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE: return .value(dim.dim_value)
            case ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM:
                let name = text(dim.dim_param)
                return name.isEmpty ? .unknown : .parameter(name)
            default: return .unknown
            }
        }
    }
}
