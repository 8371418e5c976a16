internal import CMessages

/// Asks to forget a region of device memory.
public struct CudaSharedMemoryUnregisterRequest: Message {
    /// Empty: all regions.
    public var name = ""

    public init() {}

    public init(name: String) {
        self.name = name
    }
}

/// The region is forgotten.
public struct CudaSharedMemoryUnregisterResponse: Message {
    public init() {}
}

extension CudaSharedMemoryUnregisterRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__cuda_shared_memory_unregister_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
    }
}

extension CudaSharedMemoryUnregisterResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__cuda_shared_memory_unregister_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {}
}
