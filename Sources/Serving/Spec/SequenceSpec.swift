public import Tensors

/// How requests of one sequence are kept together for a model that remembers.
public struct SequenceSpec: Sendable, Hashable {
    public enum Strategy: Sendable, Hashable {
        /// Each sequence owns a row of the batch from its first request to its last.
        case direct(minimumSlotUtilization: Double, maxQueueDelayNanos: Int64)
        /// Sequences share the batch; the one that waited longest goes first.
        case oldest(maxCandidates: Int, preferredRows: [Int], maxQueueDelayNanos: Int64, preservesOrder: Bool)
    }

    /// What a control input tells the model.
    public enum ControlKind: Sendable, Hashable {
        case start
        case end
        case ready
        case correlationID
    }

    /// An input that the server fills in itself.
    public struct Control: Sendable, Hashable {
        public var inputName: String
        public var kind: ControlKind
        public var dataType: DataType
        /// What stands for false and true; unused for the correlation identifier.
        public var falseTrue: [Double]

        public init(inputName: String, kind: ControlKind, dataType: DataType, falseTrue: [Double] = [0, 1]) {
            self.inputName = inputName
            self.kind = kind
            self.dataType = dataType
            self.falseTrue = falseTrue
        }
    }

    /// A tensor that goes from one request of a sequence to its next without leaving the server.
    public struct State: Sendable, Hashable {
        public var inputName: String
        public var outputName: String
        public var dataType: DataType
        /// Without the batch extent.
        public var dims: [Int]
        public var initial: Initial

        public enum Initial: Sendable, Hashable {
            case zero
            /// Raw elements in a file below the model's folder `initial_state`.
            case file(String)
        }

        public init(inputName: String, outputName: String, dataType: DataType, dims: [Int], initial: Initial = .zero) {
            self.inputName = inputName
            self.outputName = outputName
            self.dataType = dataType
            self.dims = dims
            self.initial = initial
        }
    }

    public var strategy: Strategy
    /// A sequence that is quiet for longer is forgotten.
    public var maxIdleNanos: Int64
    public var controls: [Control]
    public var states: [State]
    /// Sequences under way at once. Beyond: refused, with a hint when to try again.
    public var maxSequences: Int

    public init(
        strategy: Strategy = .direct(minimumSlotUtilization: 0, maxQueueDelayNanos: 0), maxIdleNanos: Int64 = 1_000_000_000,
        controls: [Control] = [], states: [State] = [], maxSequences: Int = 1024
    ) {
        self.strategy = strategy
        self.maxIdleNanos = maxIdleNanos
        self.controls = controls
        self.states = states
        self.maxSequences = maxSequences
    }

    /// How long a request may wait for others although a lane is idle.
    var maxQueueDelayNanos: Int64 {
        switch strategy {
        case .direct(_, let delay): delay
        case .oldest(_, _, let delay, _): delay
        }
    }
}
