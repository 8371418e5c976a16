internal import CMessages

/// Asks for registered regions.
public struct SystemSharedMemoryStatusRequest: Message {
    /// Empty: all regions.
    public var name = ""

    public init() {}

    public init(name: String) {
        self.name = name
    }
}

/// Registered regions.
public struct SystemSharedMemoryStatusResponse: Message {
    /// One region.
    public struct RegionStatus: Message {
        public var name = ""
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

    /// Keyed by the name of the region.
    public var regions: [String: RegionStatus] = [:]

    public init() {}

    public init(regions: [String: RegionStatus]) {
        self.regions = regions
    }
}

extension SystemSharedMemoryStatusRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__system_shared_memory_status_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
    }
}

extension SystemSharedMemoryStatusResponse.RegionStatus: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__system_shared_memory_status_response__region_status__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.value(2, &key)
        fields.value(3, &offset)
        fields.value(4, &byteSize)
    }
}

extension SystemSharedMemoryStatusResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__system_shared_memory_status_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.map(1, &regions)
    }
}
