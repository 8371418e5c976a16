package import Messages
package import Tensors

/// The words for data types in requests and in configurations, which are Triton's.
private let words: [(ours: DataType, request: InferDatatype, configuration: ModelConfig.DataType)] = [
    (.bool, .bool, .bool), (.uint8, .uint8, .uint8), (.uint16, .uint16, .uint16), (.uint32, .uint32, .uint32),
    (.uint64, .uint64, .uint64), (.int8, .int8, .int8), (.int16, .int16, .int16), (.int32, .int32, .int32),
    (.int64, .int64, .int64), (.float16, .fp16, .fp16), (.float32, .fp32, .fp32), (.float64, .fp64, .fp64),
    (.bfloat16, .bf16, .bf16), (.string, .bytes, .string),
]

extension DataType {
    package init(_ word: InferDatatype) { self = words.first { $0.request == word }!.ours }

    /// Nil for a word that stands for no type.
    package init?(_ word: ModelConfig.DataType) {
        guard let entry = words.first(where: { $0.configuration == word }) else { return nil }
        self = entry.ours
    }
}

extension InferDatatype {
    /// Types that the protocol has no word for are sent as the bytes they are.
    package init(_ dataType: DataType) {
        self = words.first { $0.ours == dataType }?.request ?? (dataType == .int4 || dataType == .int2 ? .int8 : .uint8)
    }
}

extension ModelConfig.DataType {
    package init(_ dataType: DataType) { self = words.first { $0.ours == dataType }?.configuration ?? .invalid }
}
