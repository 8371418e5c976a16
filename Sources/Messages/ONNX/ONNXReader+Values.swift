internal import CMessages
internal import CProtobufC

// Test data files: sequences, maps and optionals. The element kinds are numbers of the format:
// 1 tensor, 2 sparse tensor, 3 sequence, 4 map, 5 optional.
extension ONNXReader {
    func sequence(_ message: Onnx__SequenceProto) throws(ONNXFormatError) -> ONNXValue {
        switch message.elem_type {
        case 0 where message.n_tensor_values == 0: return .sequence([])
        case 0, 1:
            return .sequence(
                try list(message.tensor_values, message.n_tensor_values) { (tensor) throws(ONNXFormatError) in
                    .tensor(try self.tensor(tensor))
                })
        case 2:
            return .sequence(
                try list(message.sparse_tensor_values, message.n_sparse_tensor_values) { (tensor) throws(ONNXFormatError) in
                    .sparseTensor(try self.sparseTensor(tensor))
                })
        case 3: return .sequence(try list(message.sequence_values, message.n_sequence_values, sequence))
        case 4: return .sequence(try list(message.map_values, message.n_map_values, map))
        case 5: return .sequence(try list(message.optional_values, message.n_optional_values, optional))
        case let other: throw ONNXFormatError("a sequence has elements of the unknown kind \(other)")
        }
    }

    func map(_ message: Onnx__MapProto) throws(ONNXFormatError) -> ONNXValue {
        guard let values = message.values else { throw ONNXFormatError("a map has no values") }
        var keys = ONNXTensor()
        keys.dataType = message.key_type
        if message.n_string_keys > 0, let strings = message.string_keys {
            keys.dims = [Int64(message.n_string_keys)]
            keys.payload = .strings((0..<message.n_string_keys).map { bytes(strings[$0]) })
        } else {
            keys.dims = [Int64(message.n_keys)]
            keys.payload = .int64s(numbers(message.keys, message.n_keys))
        }
        return .map(keys: keys, values: try sequence(values.pointee))
    }

    func optional(_ message: Onnx__OptionalProto) throws(ONNXFormatError) -> ONNXValue {
        if let tensor = message.tensor_value { return .tensor(try self.tensor(tensor.pointee)) }
        if let sparse = message.sparse_tensor_value { return .sparseTensor(try sparseTensor(sparse.pointee)) }
        if let sequence = message.sequence_value { return try self.sequence(sequence.pointee) }
        if let map = message.map_value { return try self.map(map.pointee) }
        if let optional = message.optional_value { return try self.optional(optional.pointee) }
        return .none
    }
}
