internal import CMessages

extension ModelConfig {
    /// Libraries of further operators.
    public struct Operations: Message {
        public var opLibraryFilename: [String] = []

        public init() {}

        public init(opLibraryFilename: [String]) {
            self.opLibraryFilename = opLibraryFilename
        }
    }
}

extension ModelConfig.Operations: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_operations__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &opLibraryFilename)
    }
}
