internal import CMessages

/// Asks to open a region of device memory.
public struct CudaSharedMemoryRegisterRequest: Message {
    public var name = ""
    /// The inter-process handle.
    public var rawHandle: [UInt8] = []
    public var deviceId: Int64 = 0
    public var byteSize: UInt64 = 0

    public init() {}

    public init(name: String, rawHandle: [UInt8] = [], deviceId: Int64 = 0, byteSize: UInt64 = 0) {
        self.name = name
        self.rawHandle = rawHandle
        self.deviceId = deviceId
        self.byteSize = byteSize
    }
}

/// The region is known.
public struct CudaSharedMemoryRegisterResponse: Message {
    public init() {}
}

extension CudaSharedMemoryRegisterRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__cuda_shared_memory_register_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.value(2, &rawHandle)
        fields.value(3, &deviceId)
        fields.value(4, &byteSize)
    }
}

extension CudaSharedMemoryRegisterResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__cuda_shared_memory_register_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {}
}
