internal import CMessages

extension ModelConfig {
    /// Hints for backends.
    public struct OptimizationPolicy: Message {
        /// Priority of the model against others.
        public struct ModelPriority: OpenEnum, MappedEnum {
            public var rawValue: Int32

            public init(rawValue: Int32) {
                self.rawValue = rawValue
            }

            public static let `default` = ModelPriority(rawValue: 0)
            public static let max = ModelPriority(rawValue: 1)
            public static let min = ModelPriority(rawValue: 2)

            public static let names: [(value: Int32, name: String)] = [
                (0, "PRIORITY_DEFAULT"), (1, "PRIORITY_MAX"), (2, "PRIORITY_MIN"),
            ]
        }

        /// Graph optimisation.
        public struct Graph: Message {
            /// -1 off, 0 the default, 1 and up more.
            public var level: Int32 = 0

            public init() {}

            public init(level: Int32) {
                self.level = level
            }
        }

        /// Options of CUDA.
        public struct Cuda: Message {
            /// A graph to capture.
            public struct GraphSpec: Message {
                /// The shape of an input.
                public struct Shape: Message {
                    public var dim: [Int64] = []

                    public init() {}

                    public init(dim: [Int64]) {
                        self.dim = dim
                    }
                }

                /// The smallest shapes for which the graph may stand in.
                public struct LowerBound: Message {
                    public var batchSize: Int32 = 0
                    public var input: [String: Shape] = [:]

                    public init() {}

                    public init(batchSize: Int32, input: [String: Shape] = [:]) {
                        self.batchSize = batchSize
                        self.input = input
                    }
                }

                public var batchSize: Int32 = 0
                public var input: [String: Shape] = [:]
                public var graphLowerBound: LowerBound?

                public init() {}

                public init(batchSize: Int32, input: [String: Shape] = [:], graphLowerBound: LowerBound? = nil) {
                    self.batchSize = batchSize
                    self.input = input
                    self.graphLowerBound = graphLowerBound
                }
            }

            public var graphs = false
            public var busyWaitEvents = false
            public var graphSpec: [GraphSpec] = []
            public var outputCopyStream = false

            public init() {}

            public init(graphs: Bool, busyWaitEvents: Bool = false, graphSpec: [GraphSpec] = [], outputCopyStream: Bool = false) {
                self.graphs = graphs
                self.busyWaitEvents = busyWaitEvents
                self.graphSpec = graphSpec
                self.outputCopyStream = outputCopyStream
            }
        }

        /// Accelerators inside a backend.
        public struct ExecutionAccelerators: Message {
            /// One accelerator and its options.
            public struct Accelerator: Message {
                public var name = ""
                public var parameters: [String: String] = [:]

                public init() {}

                public init(name: String, parameters: [String: String] = [:]) {
                    self.name = name
                    self.parameters = parameters
                }
            }

            public var gpuExecutionAccelerator: [Accelerator] = []
            public var cpuExecutionAccelerator: [Accelerator] = []

            public init() {}

            public init(gpuExecutionAccelerator: [Accelerator], cpuExecutionAccelerator: [Accelerator] = []) {
                self.gpuExecutionAccelerator = gpuExecutionAccelerator
                self.cpuExecutionAccelerator = cpuExecutionAccelerator
            }
        }

        /// Use of pinned memory.
        public struct PinnedMemoryBuffer: Message {
            public var enable = false

            public init() {}

            public init(enable: Bool) {
                self.enable = enable
            }
        }

        public var graph: Graph?
        public var priority = ModelPriority(rawValue: 0)
        public var cuda: Cuda?
        public var executionAccelerators: ExecutionAccelerators?
        public var inputPinnedMemory: PinnedMemoryBuffer?
        public var outputPinnedMemory: PinnedMemoryBuffer?
        /// From how many buffers on a kernel gathers them.
        public var gatherKernelBufferThreshold: UInt32 = 0
        /// Gather inputs before the model is free.
        public var eagerBatching = false

        public init() {}
    }
}

extension ModelConfig.OptimizationPolicy.Graph: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_optimization_policy__graph__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &level)
    }
}

extension ModelConfig.OptimizationPolicy.Cuda.GraphSpec.Shape: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_optimization_policy__cuda__graph_spec__shape__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &dim)
    }
}

extension ModelConfig.OptimizationPolicy.Cuda.GraphSpec.LowerBound: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_optimization_policy__cuda__graph_spec__lower_bound__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &batchSize)
        fields.map(2, &input)
    }
}

extension ModelConfig.OptimizationPolicy.Cuda.GraphSpec: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_optimization_policy__cuda__graph_spec__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &batchSize)
        fields.map(2, &input)
        fields.optional(3, &graphLowerBound)
    }
}

extension ModelConfig.OptimizationPolicy.Cuda: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_optimization_policy__cuda__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &graphs)
        fields.value(2, &busyWaitEvents)
        fields.list(3, &graphSpec)
        fields.value(4, &outputCopyStream)
    }
}

extension ModelConfig.OptimizationPolicy.ExecutionAccelerators.Accelerator: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_optimization_policy__execution_accelerators__accelerator__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.map(2, &parameters)
    }
}

extension ModelConfig.OptimizationPolicy.ExecutionAccelerators: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_optimization_policy__execution_accelerators__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &gpuExecutionAccelerator)
        fields.list(2, &cpuExecutionAccelerator)
    }
}

extension ModelConfig.OptimizationPolicy.PinnedMemoryBuffer: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_optimization_policy__pinned_memory_buffer__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &enable)
    }
}

extension ModelConfig.OptimizationPolicy: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_optimization_policy__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &graph)
        fields.value(2, &priority)
        fields.optional(3, &cuda)
        fields.optional(4, &executionAccelerators)
        fields.optional(5, &inputPinnedMemory)
        fields.optional(6, &outputPinnedMemory)
        fields.value(7, &gatherKernelBufferThreshold)
        fields.value(8, &eagerBatching)
    }
}
