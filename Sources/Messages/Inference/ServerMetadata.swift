internal import CMessages

/// Asks who the server is.
public struct ServerMetadataRequest: Message {
    public init() {}
}

/// Who the server is.
public struct ServerMetadataResponse: Message {
    public var name = ""
    public var version = ""
    /// Names of the protocol extensions that are really served.
    public var extensions: [String] = []

    public init() {}

    public init(name: String, version: String = "", extensions: [String] = []) {
        self.name = name
        self.version = version
        self.extensions = extensions
    }
}

extension ServerMetadataRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__server_metadata_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {}
}

extension ServerMetadataResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__server_metadata_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.value(2, &version)
        fields.list(3, &extensions)
    }
}
