internal import Messages
internal import Serving
internal import Tensors

/// Examples as the inputs of a model: each input is the feature of its name, an example a row.
enum ExampleRows {
    /// - Parameter input: the examples, and the features that all of them share.
    static func inputs(_ input: TFServing.Input?, of version: ModelVersion) throws(ServingError) -> [InputTensor] {
        let examples: [TFServing.Example]
        var context: [String: TFServing.Feature] = [:]
        switch input?.kind {
        case .exampleList(let list)?: examples = list.examples
        case .exampleListWithContext(let list)?:
            examples = list.examples
            context = list.context?.features?.feature ?? [:]
        case nil: throw ServingError(.invalidArgument, "Input is empty: there are no examples")
        }
        guard !examples.isEmpty else { throw ServingError(.invalidArgument, "Input is empty: there are no examples") }
        for example in examples {
            for name in (example.features?.feature ?? [:]).keys.sorted()
            where !version.signature.inputs.contains(where: { $0.name == name }) {
                throw ServingError(
                    .invalidArgument,
                    "model '\(version.model)' has no input for the feature '\(name)'; its inputs are \(version.signature.inputs.map(\.name).joined(separator: ", "))"
                )
            }
        }
        var inputs: [InputTensor] = []
        for port in version.signature.inputs {
            var column = Column(port)
            for (row, example) in examples.enumerated() {
                try column.append((example.features?.feature ?? [:])[port.name] ?? context[port.name], row: row)
            }
            if let input = try column.input(rows: examples.count) { inputs.append(input) }
        }
        return inputs
    }

    /// The values of one feature, example after example.
    private struct Column {
        let port: TensorSignature
        private var bytes: [UInt8] = []
        private var strings: [ByteString] = []
        /// Values an example; nil before the first.
        private var width: Int?

        init(_ port: TensorSignature) { self.port = port }

        mutating func append(_ feature: TFServing.Feature?, row: Int) throws(ServingError) {
            let count: Int
            switch feature?.kind {
            case .floatList(let list)? where port.dataType.isFloatingPoint:
                count = list.value.count
                for value in list.value { store(Double(value)) }
            case .int64List(let list)? where port.dataType.isInteger || port.dataType == .bool:
                count = list.value.count
                for value in list.value {
                    guard store(value) else {
                        throw ServingError(
                            .invalidArgument, "example \(row): \(value) in the feature '\(port.name)' is no \(port.dataType)")
                    }
                }
            case .int64List(let list)? where port.dataType.isFloatingPoint:
                count = list.value.count
                for value in list.value { store(Double(value)) }
            case .bytesList(let list)? where port.dataType == .string:
                count = list.value.count
                strings += list.value.map { ByteString(bytes: $0) }
            case nil:
                guard port.isOptional else { throw ServingError(.invalidArgument, "example \(row) has no feature '\(port.name)'") }
                count = 0
            default:
                throw ServingError(.invalidArgument, "example \(row): the feature '\(port.name)' holds values that are no \(port.dataType)")
            }
            guard width ?? count == count else {
                throw ServingError(
                    .invalidArgument, "example \(row) has \(count) values in the feature '\(port.name)', but the first has \(width ?? 0)")
            }
            width = count
        }

        func input(rows: Int) throws(ServingError) -> InputTensor? {
            guard let width, width > 0 else { return nil }
            let rest = port.dims.map { Array($0.dropFirst()) }
            guard let extents = OpenShape.fill(rest, count: width) else {
                throw ServingError(
                    .invalidArgument,
                    "the feature '\(port.name)' has \(width) values an example, which do not fit the input's shape \(Dims(port.dims ?? []))"
                )
            }
            let shape = Shape([rows] + extents)
            let tensor: Tensor
            if port.dataType == .string {
                tensor = Tensor(strings: strings, shape: shape)
            } else {
                tensor = Tensor(dataType: port.dataType, shape: shape)
                bytes.withUnsafeBytes { tensor.mutableBytes.copyMemory(from: $0.baseAddress!, byteCount: min($0.count, tensor.byteCount)) }
            }
            return InputTensor(name: Name(port.name), tensor)
        }

        private mutating func store(_ value: Double) {
            switch port.dataType {
            case .float64: put(value)
            case .float16: put(HalfPrecision.bits(of: Float(value)))
            case .bfloat16: put(BFloat16.rounded(Float(value)))
            default: put(Float(value))
            }
        }

        private mutating func store(_ value: Int64) -> Bool {
            switch port.dataType {
            case .bool: value == 0 || value == 1 ? putExact(UInt8.self, value) : false
            case .int8: putExact(Int8.self, value)
            case .int16: putExact(Int16.self, value)
            case .int32: putExact(Int32.self, value)
            case .int64: putExact(Int64.self, value)
            case .uint8: putExact(UInt8.self, value)
            case .uint16: putExact(UInt16.self, value)
            case .uint32: putExact(UInt32.self, value)
            case .uint64: putExact(UInt64.self, value)
            default: false
            }
        }

        private mutating func putExact<Integer: FixedWidthInteger & BitwiseCopyable>(_ type: Integer.Type, _ value: Int64) -> Bool {
            guard let exact = Integer(exactly: value) else { return false }
            put(exact)
            return true
        }

        private mutating func put<Value: BitwiseCopyable>(_ value: Value) {
            withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
        }
    }
}
