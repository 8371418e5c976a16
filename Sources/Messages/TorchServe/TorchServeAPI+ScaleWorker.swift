internal import CMessages

extension TorchServeAPI {
    /// Asks to change the number of workers.
    public struct ScaleWorkerRequest: Message {
        public var modelName = ""
        /// Empty: the default version.
        public var modelVersion = ""
        public var maxWorker: Int32 = 0
        public var minWorker: Int32 = 0
        public var numberGpu: Int32 = 0
        /// Wait until the workers run.
        public var synchronous = false
        /// Seconds.
        public var timeout: Int32 = 0

        public init() {}
    }
}

extension TorchServeAPI.ScaleWorkerRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: org__pytorch__serve__grpc__management__scale_worker_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &modelName)
        fields.value(2, &modelVersion)
        fields.value(3, &maxWorker)
        fields.value(4, &minWorker)
        fields.value(5, &numberGpu)
        fields.value(6, &synchronous)
        fields.value(7, &timeout)
    }
}
