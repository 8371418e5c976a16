internal import CMessages

extension ServerReflectionRequest {
    /// Names an extension by its message and number.
    public struct Extension: Message {
        public var containingType = ""
        public var extensionNumber: Int32 = 0

        public init() {}

        public init(containingType: String, extensionNumber: Int32 = 0) {
            self.containingType = containingType
            self.extensionNumber = extensionNumber
        }
    }
}

extension ServerReflectionRequest.Extension: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__reflection__v1__extension_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &containingType)
        fields.value(2, &extensionNumber)
    }
}
