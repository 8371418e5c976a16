internal import CMessages

/// Asks for registered regions of device memory.
public struct CudaSharedMemoryStatusRequest: Message {
    /// Empty: all regions.
    public var name = ""

    public init() {}

    public init(name: String) {
        self.name = name
    }
}

/// Registered regions of device memory.
public struct CudaSharedMemoryStatusResponse: Message {
    /// One region.
    public struct RegionStatus: Message {
        public var name = ""
        public var deviceId: UInt64 = 0
        public var byteSize: UInt64 = 0

        public init() {}

        public init(name: String, deviceId: UInt64 = 0, byteSize: UInt64 = 0) {
            self.name = name
            self.deviceId = deviceId
            self.byteSize = byteSize
        }
    }

    /// Keyed by the name of the region.
    public var regions: [String: RegionStatus] = [:]

    public init() {}

    public init(regions: [String: RegionStatus]) {
        self.regions = regions
    }
}

extension CudaSharedMemoryStatusRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__cuda_shared_memory_status_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
    }
}

extension CudaSharedMemoryStatusResponse.RegionStatus: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__cuda_shared_memory_status_response__region_status__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.value(2, &deviceId)
        fields.value(3, &byteSize)
    }
}

extension CudaSharedMemoryStatusResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__cuda_shared_memory_status_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.map(1, &regions)
    }
}
