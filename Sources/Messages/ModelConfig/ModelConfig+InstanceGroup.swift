internal import CMessages

extension ModelConfig {
    /// Copies of a model that run at the same time.
    public struct InstanceGroup: Message {
        /// Where the copies run.
        public struct Kind: OpenEnum, MappedEnum {
            public var rawValue: Int32

            public init(rawValue: Int32) {
                self.rawValue = rawValue
            }

            public static let auto = Kind(rawValue: 0)
            public static let gpu = Kind(rawValue: 1)
            public static let cpu = Kind(rawValue: 2)
            /// The model itself decides.
            public static let model = Kind(rawValue: 3)

            public static let names: [(value: Int32, name: String)] = [
                (0, "KIND_AUTO"), (1, "KIND_GPU"), (2, "KIND_CPU"), (3, "KIND_MODEL"),
            ]
        }

        /// A further device that a copy uses.
        public struct SecondaryDevice: Message {
            /// The kind of a further device.
            public struct SecondaryDeviceKind: OpenEnum, MappedEnum {
                public var rawValue: Int32

                public init(rawValue: Int32) {
                    self.rawValue = rawValue
                }

                public static let nvdla = SecondaryDeviceKind(rawValue: 0)

                public static let names: [(value: Int32, name: String)] = [
                    (0, "KIND_NVDLA")
                ]
            }

            public var kind = SecondaryDeviceKind(rawValue: 0)
            public var deviceId: Int64 = 0

            public init() {}

            public init(kind: SecondaryDeviceKind, deviceId: Int64 = 0) {
                self.kind = kind
                self.deviceId = deviceId
            }
        }

        public var name = ""
        /// Copies per device; 0 leaves the choice to the server.
        public var count: Int32 = 0
        /// Device numbers.
        public var gpus: [Int32] = []
        public var kind = Kind(rawValue: 0)
        /// Optimisation profiles, for backends that have them.
        public var profile: [String] = []
        public var rateLimiter: RateLimiter?
        /// Loaded, but never given work.
        public var passive = false
        public var secondaryDevices: [SecondaryDevice] = []
        /// Name of a host policy of the server.
        public var hostPolicy = ""

        public init() {}
    }
}

extension ModelConfig.InstanceGroup.SecondaryDevice: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_instance_group__secondary_device__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &kind)
        fields.value(2, &deviceId)
    }
}

extension ModelConfig.InstanceGroup: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_instance_group__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.value(2, &count)
        fields.list(3, &gpus)
        fields.value(4, &kind)
        fields.list(5, &profile)
        fields.optional(6, &rateLimiter)
        fields.value(7, &passive)
        fields.list(8, &secondaryDevices)
        fields.value(9, &hostPolicy)
    }
}
