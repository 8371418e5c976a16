internal import CMessages

/// One question.
public struct ServerReflectionRequest: Message {
    /// The member that is set.
    public enum Question: Hashable, Sendable {
        /// A file, by its name.
        case fileByFilename(String)
        /// The file that declares a service, method, message, enumeration or field.
        case fileContainingSymbol(String)
        /// The file that declares an extension.
        case fileContainingExtension(Extension)
        /// The numbers of all extensions of a message.
        case allExtensionNumbersOfType(String)
        /// All services; the value says nothing.
        case listServices(String)
    }

    public var host = ""
    public var question: Question?

    public init() {}

    public init(host: String, question: Question? = nil) {
        self.host = host
        self.question = question
    }
}

extension ServerReflectionRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__reflection__v1__server_reflection_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &host)
        fields.member(3, &question, Question.fileByFilename) { if case .fileByFilename(let value) = $0 { value } else { nil } }
        fields.member(4, &question, Question.fileContainingSymbol) { if case .fileContainingSymbol(let value) = $0 { value } else { nil } }
        fields.member(5, &question, Question.fileContainingExtension) {
            if case .fileContainingExtension(let value) = $0 { value } else { nil }
        }
        fields.member(6, &question, Question.allExtensionNumbersOfType) {
            if case .allExtensionNumbersOfType(let value) = $0 { value } else { nil }
        }
        fields.member(7, &question, Question.listServices) { if case .listServices(let value) = $0 { value } else { nil } }
    }
}
