internal import CMessages

extension ModelConfig {
    /// Requests of a sequence go to the same place, in order.
    public struct SequenceBatching: Message {
        /// A signal to the model and how it is written.
        public struct Control: Message {
            /// What the signal says.
            public struct Kind: OpenEnum, MappedEnum {
                public var rawValue: Int32

                public init(rawValue: Int32) {
                    self.rawValue = rawValue
                }

                public static let start = Kind(rawValue: 0)
                public static let ready = Kind(rawValue: 1)
                public static let end = Kind(rawValue: 2)
                public static let corrid = Kind(rawValue: 3)

                public static let names: [(value: Int32, name: String)] = [
                    (0, "CONTROL_SEQUENCE_START"), (1, "CONTROL_SEQUENCE_READY"), (2, "CONTROL_SEQUENCE_END"),
                    (3, "CONTROL_SEQUENCE_CORRID"),
                ]
            }

            public var kind = Kind(rawValue: 0)
            /// The values for no and yes.
            public var int32FalseTrue: [Int32] = []
            /// The values for no and yes.
            public var fp32FalseTrue: [Float] = []
            /// The datatype of a correlation id.
            public var dataType = DataType(rawValue: 0)
            /// The values for no and yes.
            public var boolFalseTrue: [Bool] = []

            public init() {}

            public init(
                kind: Kind, int32FalseTrue: [Int32] = [], fp32FalseTrue: [Float] = [],
                dataType: DataType =
                    .init(rawValue: 0), boolFalseTrue: [Bool] = []
            ) {
                self.kind = kind
                self.int32FalseTrue = int32FalseTrue
                self.fp32FalseTrue = fp32FalseTrue
                self.dataType = dataType
                self.boolFalseTrue = boolFalseTrue
            }
        }

        /// An input that carries signals.
        public struct ControlInput: Message {
            public var name = ""
            public var control: [Control] = []

            public init() {}

            public init(name: String, control: [Control] = []) {
                self.name = name
                self.control = control
            }
        }

        /// What a state holds when a sequence starts.
        public struct InitialState: Message {
            /// The member that is set.
            public enum Data: Hashable, Sendable {
                case zeroData(Bool)
                /// A file in the initial_state folder of the model.
                case dataFile(String)
            }

            public var dataType = DataType(rawValue: 0)
            public var dims: [Int64] = []
            public var data: Data?
            public var name = ""

            public init() {}

            public init(dataType: DataType, dims: [Int64] = [], data: Data? = nil, name: String = "") {
                self.dataType = dataType
                self.dims = dims
                self.data = data
                self.name = name
            }
        }

        /// A tensor that the server carries from one request of a sequence to the next.
        public struct State: Message {
            public var inputName = ""
            public var outputName = ""
            public var dataType = DataType(rawValue: 0)
            public var dims: [Int64] = []
            public var initialState: [InitialState] = []
            public var useSameBufferForInputOutput = false
            /// The state may grow.
            public var useGrowableMemory = false

            public init() {}
        }

        /// A sequence keeps its slot of the batch.
        public struct StrategyDirect: Message {
            public var maxQueueDelayMicroseconds: UInt64 = 0
            /// The share of slots worth running for at once.
            public var minimumSlotUtilization: Float = 0.0

            public init() {}

            public init(maxQueueDelayMicroseconds: UInt64, minimumSlotUtilization: Float = 0.0) {
                self.maxQueueDelayMicroseconds = maxQueueDelayMicroseconds
                self.minimumSlotUtilization = minimumSlotUtilization
            }
        }

        /// The oldest requests of all sequences form a batch.
        public struct StrategyOldest: Message {
            /// How many sequences take part at a time.
            public var maxCandidateSequences: Int32 = 0
            public var preferredBatchSize: [Int32] = []
            public var maxQueueDelayMicroseconds: UInt64 = 0
            public var preserveOrdering = false

            public init() {}

            public init(
                maxCandidateSequences: Int32, preferredBatchSize: [Int32] = [], maxQueueDelayMicroseconds: UInt64 = 0,
                preserveOrdering: Bool = false
            ) {
                self.maxCandidateSequences = maxCandidateSequences
                self.preferredBatchSize = preferredBatchSize
                self.maxQueueDelayMicroseconds = maxQueueDelayMicroseconds
                self.preserveOrdering = preserveOrdering
            }
        }

        /// The member that is set.
        public enum Strategy: Hashable, Sendable {
            case direct(StrategyDirect)
            case oldest(StrategyOldest)
        }

        /// After so long without a request a sequence is over; 0 stands for one second.
        public var maxSequenceIdleMicroseconds: UInt64 = 0
        public var controlInput: [ControlInput] = []
        public var strategy: Strategy?
        public var state: [State] = []
        /// One request runs again and again until the model says that it is done.
        public var iterativeSequence = false

        public init() {}

        public init(
            maxSequenceIdleMicroseconds: UInt64, controlInput: [ControlInput] = [], strategy: Strategy? = nil,
            state:
                [State] = [], iterativeSequence: Bool = false
        ) {
            self.maxSequenceIdleMicroseconds = maxSequenceIdleMicroseconds
            self.controlInput = controlInput
            self.strategy = strategy
            self.state = state
            self.iterativeSequence = iterativeSequence
        }
    }
}

extension ModelConfig.SequenceBatching.Control: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_sequence_batching__control__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &kind)
        fields.list(2, &int32FalseTrue)
        fields.list(3, &fp32FalseTrue)
        fields.value(4, &dataType)
        fields.list(5, &boolFalseTrue)
    }
}

extension ModelConfig.SequenceBatching.ControlInput: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_sequence_batching__control_input__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.list(2, &control)
    }
}

extension ModelConfig.SequenceBatching.InitialState: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_sequence_batching__initial_state__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &dataType)
        fields.list(2, &dims)
        fields.member(3, &data, Data.zeroData) { if case .zeroData(let value) = $0 { value } else { nil } }
        fields.member(4, &data, Data.dataFile) { if case .dataFile(let value) = $0 { value } else { nil } }
        fields.value(5, &name)
    }
}

extension ModelConfig.SequenceBatching.State: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_sequence_batching__state__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &inputName)
        fields.value(2, &outputName)
        fields.value(3, &dataType)
        fields.list(4, &dims)
        fields.list(5, &initialState)
        fields.value(6, &useSameBufferForInputOutput)
        fields.value(7, &useGrowableMemory)
    }
}

extension ModelConfig.SequenceBatching.StrategyDirect: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_sequence_batching__strategy_direct__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &maxQueueDelayMicroseconds)
        fields.value(2, &minimumSlotUtilization)
    }
}

extension ModelConfig.SequenceBatching.StrategyOldest: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_sequence_batching__strategy_oldest__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &maxCandidateSequences)
        fields.list(2, &preferredBatchSize)
        fields.value(3, &maxQueueDelayMicroseconds)
        fields.value(4, &preserveOrdering)
    }
}

extension ModelConfig.SequenceBatching: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_sequence_batching__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &maxSequenceIdleMicroseconds)
        fields.list(2, &controlInput)
        fields.member(3, &strategy, Strategy.direct) { if case .direct(let value) = $0 { value } else { nil } }
        fields.member(4, &strategy, Strategy.oldest) { if case .oldest(let value) = $0 { value } else { nil } }
        fields.list(5, &state)
        fields.value(6, &iterativeSequence)
    }
}
