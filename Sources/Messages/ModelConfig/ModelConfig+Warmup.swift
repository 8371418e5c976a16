internal import CMessages

extension ModelConfig {
    /// A request that runs before traffic does.
    public struct Warmup: Message {
        /// An input of that request.
        public struct Input: Message {
            /// The member that is set.
            public enum Data: Hashable, Sendable {
                case zeroData(Bool)
                case randomData(Bool)
                /// A file in the warmup folder of the model.
                case inputDataFile(String)
            }

            public var dataType = DataType(rawValue: 0)
            public var dims: [Int64] = []
            public var data: Data?

            public init() {}

            public init(dataType: DataType, dims: [Int64] = [], data: Data? = nil) {
                self.dataType = dataType
                self.dims = dims
                self.data = data
            }
        }

        public var name = ""
        /// 0: no batch axis.
        public var batchSize: UInt32 = 0
        public var inputs: [String: Input] = [:]
        /// How often it runs; 0 stands for 1.
        public var count: UInt32 = 0

        public init() {}

        public init(name: String, batchSize: UInt32 = 0, inputs: [String: Input] = [:], count: UInt32 = 0) {
            self.name = name
            self.batchSize = batchSize
            self.inputs = inputs
            self.count = count
        }
    }
}

extension ModelConfig.Warmup.Input: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_warmup__input__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &dataType)
        fields.list(2, &dims)
        fields.member(3, &data, Data.zeroData) { if case .zeroData(let value) = $0 { value } else { nil } }
        fields.member(4, &data, Data.randomData) { if case .randomData(let value) = $0 { value } else { nil } }
        fields.member(5, &data, Data.inputDataFile) { if case .inputDataFile(let value) = $0 { value } else { nil } }
    }
}

extension ModelConfig.Warmup: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_warmup__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.value(2, &batchSize)
        fields.map(3, &inputs)
        fields.value(4, &count)
    }
}
