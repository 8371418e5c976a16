internal import CMessages

/// Asks to map a region.
public struct SystemSharedMemoryRegisterRequest: Message {
    public var name = ""
    /// The name given to shm_open.
    public var key = ""
    public var offset: UInt64 = 0
    public var byteSize: UInt64 = 0

    public init() {}

    public init(name: String, key: String = "", offset: UInt64 = 0, byteSize: UInt64 = 0) {
        self.name = name
        self.key = key
        self.offset = offset
        self.byteSize = byteSize
    }
}

/// The region is known.
public struct SystemSharedMemoryRegisterResponse: Message {
    public init() {}
}

extension SystemSharedMemoryRegisterRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__system_shared_memory_register_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.value(2, &key)
        fields.value(3, &offset)
        fields.value(4, &byteSize)
    }
}

extension SystemSharedMemoryRegisterResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__system_shared_memory_register_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {}
}
