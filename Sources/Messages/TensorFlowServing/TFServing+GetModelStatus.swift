internal import CMessages

extension TFServing {
    /// Asks for states.
    public struct GetModelStatusRequest: Message {
        /// Without a version: all of them.
        public var modelSpec: ModelSpec?

        public init() {}

        public init(modelSpec: ModelSpec?) {
            self.modelSpec = modelSpec
        }
    }

    /// The states, by version.
    public struct GetModelStatusResponse: Message {
        public var modelVersionStatus: [ModelVersionStatus] = []

        public init() {}

        public init(modelVersionStatus: [ModelVersionStatus]) {
            self.modelVersionStatus = modelVersionStatus
        }
    }

    /// The state of one version.
    public struct ModelVersionStatus: Message {
        /// Where a version stands in its life.
        public struct State: OpenEnum, MappedEnum {
            public var rawValue: Int32

            public init(rawValue: Int32) {
                self.rawValue = rawValue
            }

            public static let unknown = State(rawValue: 0)
            public static let start = State(rawValue: 10)
            public static let loading = State(rawValue: 20)
            public static let available = State(rawValue: 30)
            public static let unloading = State(rawValue: 40)
            public static let end = State(rawValue: 50)

            public static let names: [(value: Int32, name: String)] = [
                (0, "UNKNOWN"), (10, "START"), (20, "LOADING"), (30, "AVAILABLE"), (40, "UNLOADING"), (50, "END"),
            ]
        }

        public var version: Int64 = 0
        public var state = State(rawValue: 0)
        /// Why it ended, when it failed.
        public var status: StatusProto?

        public init() {}

        public init(version: Int64, state: State = .init(rawValue: 0), status: StatusProto? = nil) {
            self.version = version
            self.state = state
            self.status = status
        }
    }

    /// A status.
    public struct StatusProto: Message {
        public var errorCode = StatusCode(rawValue: 0)
        public var errorMessage = ""

        public init() {}

        public init(errorCode: StatusCode, errorMessage: String = "") {
            self.errorCode = errorCode
            self.errorMessage = errorMessage
        }
    }
}

extension TFServing.GetModelStatusRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__get_model_status_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &modelSpec)
    }
}

extension TFServing.GetModelStatusResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__get_model_status_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &modelVersionStatus)
    }
}

extension TFServing.ModelVersionStatus: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__model_version_status__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &version)
        fields.value(2, &state)
        fields.optional(3, &status)
    }
}

extension TFServing.StatusProto: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__status_proto__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &errorCode)
        fields.value(2, &errorMessage)
    }
}
