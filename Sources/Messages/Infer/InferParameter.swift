internal import CMessages

/// The value of a parameter of a request, tensor or answer. Text is a view, valid as long as what it
/// points into.
public enum InferParameter: Hashable, Sendable {
    case bool(Bool)
    case int64(Int64)
    case uint64(UInt64)
    case double(Double)
    case text(MessageText)
    /// No member is set.
    case unset

    init(_ message: UnsafePointer<Inference__InferParameter>?) {
        guard let message = message?.pointee else {
            self = .unset
            return
        }
        switch message.parameter_choice_case {
        case INFERENCE__INFER_PARAMETER__PARAMETER_CHOICE_BOOL_PARAM: self = .bool(message.bool_param != 0)
        case INFERENCE__INFER_PARAMETER__PARAMETER_CHOICE_INT64_PARAM: self = .int64(message.int64_param)
        case INFERENCE__INFER_PARAMETER__PARAMETER_CHOICE_UINT64_PARAM: self = .uint64(message.uint64_param)
        case INFERENCE__INFER_PARAMETER__PARAMETER_CHOICE_DOUBLE_PARAM: self = .double(message.double_param)
        case INFERENCE__INFER_PARAMETER__PARAMETER_CHOICE_STRING_PARAM: self = .text(MessageText(message.string_param))
        default: self = .unset
        }
    }
}

/// The parameters of a request, tensor or answer, in the order of the wire.
///
/// A name may stand there twice: asked by name, the last one counts.
public struct InferParameters: RandomAccessCollection, @unchecked Sendable {
    // Sendable because nothing writes to a decoded message.
    // All maps to InferParameter have entries of one layout; this type stands for them.
    private typealias Entry = Inference__ModelInferRequest__ParametersEntry

    private let entries: UnsafePointer<UnsafePointer<Entry>?>?
    public let count: Int

    init(_ entries: UnsafeMutableRawPointer?, count: Int) {
        self.entries = UnsafeRawPointer(entries)?.assumingMemoryBound(to: UnsafePointer<Entry>?.self)
        self.count = entries == nil ? 0 : count
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { count }

    public subscript(position: Int) -> (name: MessageText, value: InferParameter) {
        precondition(position >= 0 && position < count, "parameter index out of range")
        guard let entry = entries?[position]?.pointee else { return (MessageText(), .unset) }
        return (MessageText(entry.key), InferParameter(entry.value))
    }

    /// The value of a parameter, or nil when the name is not there. O(parameters).
    public subscript(_ name: StaticString) -> InferParameter? {
        last { $0.name == name }?.value
    }
}
