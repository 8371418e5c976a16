internal import Messages
internal import Tensors

/// Values kept in files of their own, as ONNX's test data are: one `TensorProto`, `SequenceProto`, `OptionalProto` or `MapProto`.
public enum ValueFile {
    /// The value in the file at `path`, which does not say itself what its type is.
    public static func read(path: String, type: ValueType, limits: ImportLimits = ImportLimits()) throws(EngineError) -> Value {
        let value: ONNXValue
        do {
            // A sequence without elements is an empty file.
            value = try ONNXReader.value(ONNXBytes(file: path, allowingEmpty: true), as: wireType(type))
        } catch { throw EngineError(.malformedModel, error.message, place: path) }
        do {
            return try convert(value, type, TensorDecoder(limitBytes: limits.tensorBytes, externalData: nil))
        } catch { throw error.at(path) }
    }

    private static func wireType(_ type: ValueType) -> ONNXType {
        switch type {
        case .tensor: .tensor(element: 0, dims: nil)
        case .sequence(let element): .sequence(wireType(element))
        case .optional(let wrapped): .optional(wireType(wrapped))
        case .map(_, let value): .map(key: 0, value: wireType(value))
        }
    }

    private static func convert(_ value: ONNXValue, _ type: ValueType, _ decoder: TensorDecoder) throws(EngineError) -> Value {
        switch value {
        case .tensor(let tensor): return .tensor(try decoder.decode(tensor))
        case .sparseTensor(let tensor): return .tensor(try decoder.decode(tensor))
        case .none: return .none(type)
        case .sequence(let elements):
            var elementType = type
            if case .optional(let wrapped) = elementType { elementType = wrapped }
            if case .sequence(let element) = elementType { elementType = element }
            var values: [Value] = []
            for element in elements { values.append(try convert(element, elementType, decoder)) }
            return .sequence(values, element: elementType)
        case .map(let keys, let values):
            guard case .map(_, let valueType) = type, case .sequence(let items) = values else {
                throw EngineError(.malformedModel, "a map where \(type) is expected")
            }
            let keys = try decoder.decode(keys)
            guard keys.count == items.count else {
                throw EngineError(.malformedModel, "a map of \(keys.count) keys and \(items.count) values")
            }
            var entries: [(key: Value, value: Value)] = []
            for (index, item) in items.enumerated() {
                let key =
                    keys.dataType == .string
                    ? Tensor(strings: [keys.strings[index]], shape: .scalar)
                    : Tensor(
                        dataType: keys.dataType, shape: .scalar, storage: keys.storage, byteOffset: keys.byteOffset + index * keys.dataType.byteWidth)
                entries.append((.tensor(key), try convert(item, valueType, decoder)))
            }
            return .map(entries, type: type)
        }
    }
}
