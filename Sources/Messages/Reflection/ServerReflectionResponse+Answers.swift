internal import CMessages

extension ServerReflectionResponse {
    /// A file and the files it needs.
    public struct Files: Message {
        /// Each a serialized google.protobuf.FileDescriptorProto.
        public var fileDescriptorProto: [[UInt8]] = []

        public init() {}

        public init(fileDescriptorProto: [[UInt8]]) {
            self.fileDescriptorProto = fileDescriptorProto
        }
    }

    /// The numbers of a message's extensions.
    public struct ExtensionNumbers: Message {
        public var baseTypeName = ""
        public var extensionNumber: [Int32] = []

        public init() {}

        public init(baseTypeName: String, extensionNumber: [Int32] = []) {
            self.baseTypeName = baseTypeName
            self.extensionNumber = extensionNumber
        }
    }

    /// The services of a server.
    public struct Services: Message {
        public var service: [Service] = []

        public init() {}

        public init(service: [Service]) {
            self.service = service
        }
    }

    /// One service.
    public struct Service: Message {
        /// With its package.
        public var name = ""

        public init() {}

        public init(name: String) {
            self.name = name
        }
    }

    /// A question that has no answer.
    public struct Failure: Message {
        /// A gRPC status code.
        public var errorCode: Int32 = 0
        public var errorMessage = ""

        public init() {}

        public init(errorCode: Int32, errorMessage: String = "") {
            self.errorCode = errorCode
            self.errorMessage = errorMessage
        }
    }
}

extension ServerReflectionResponse.Files: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__reflection__v1__file_descriptor_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &fileDescriptorProto)
    }
}

extension ServerReflectionResponse.ExtensionNumbers: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__reflection__v1__extension_number_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &baseTypeName)
        fields.list(2, &extensionNumber)
    }
}

extension ServerReflectionResponse.Services: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__reflection__v1__list_service_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &service)
    }
}

extension ServerReflectionResponse.Service: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__reflection__v1__service_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
    }
}

extension ServerReflectionResponse.Failure: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__reflection__v1__error_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &errorCode)
        fields.value(2, &errorMessage)
    }
}
