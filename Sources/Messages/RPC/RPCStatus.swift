internal import CMessages

/// An error.
public struct RPCStatus: Message {
    /// A gRPC status code.
    public var code: Int32 = 0
    /// For developers, in English.
    public var message = ""
    /// Messages that say more; the client picks those it knows.
    public var details: [AnyMessage] = []

    public init() {}

    public init(code: Int32, message: String = "", details: [AnyMessage] = []) {
        self.code = code
        self.message = message
        self.details = details
    }
}

extension RPCStatus: MappedMessage {
    static let descriptor = MessageDescriptor(of: google__rpc__status__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &code)
        fields.value(2, &message)
        fields.list(3, &details)
    }
}
