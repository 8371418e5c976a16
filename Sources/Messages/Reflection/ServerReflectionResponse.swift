internal import CMessages

/// One answer.
public struct ServerReflectionResponse: Message {
    /// The member that is set.
    public enum Answer: Hashable, Sendable {
        case fileDescriptorResponse(Files)
        case allExtensionNumbersResponse(ExtensionNumbers)
        case listServicesResponse(Services)
        case errorResponse(Failure)
    }

    public var validHost = ""
    public var originalRequest: ServerReflectionRequest?
    public var answer: Answer?

    public init() {}

    public init(validHost: String, originalRequest: ServerReflectionRequest? = nil, answer: Answer? = nil) {
        self.validHost = validHost
        self.originalRequest = originalRequest
        self.answer = answer
    }
}

extension ServerReflectionResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__reflection__v1__server_reflection_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &validHost)
        fields.optional(2, &originalRequest)
        fields.member(4, &answer, Answer.fileDescriptorResponse) { if case .fileDescriptorResponse(let value) = $0 { value } else { nil } }
        fields.member(5, &answer, Answer.allExtensionNumbersResponse) {
            if case .allExtensionNumbersResponse(let value) = $0 { value } else { nil }
        }
        fields.member(6, &answer, Answer.listServicesResponse) { if case .listServicesResponse(let value) = $0 { value } else { nil } }
        fields.member(7, &answer, Answer.errorResponse) { if case .errorResponse(let value) = $0 { value } else { nil } }
    }
}
