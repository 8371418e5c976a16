internal import CMessages

/// Asks to forget a region.
public struct SystemSharedMemoryUnregisterRequest: Message {
    /// Empty: all regions.
    public var name = ""

    public init() {}

    public init(name: String) {
        self.name = name
    }
}

/// The region is forgotten.
public struct SystemSharedMemoryUnregisterResponse: Message {
    public init() {}
}

extension SystemSharedMemoryUnregisterRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__system_shared_memory_unregister_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
    }
}

extension SystemSharedMemoryUnregisterResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__system_shared_memory_unregister_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {}
}
