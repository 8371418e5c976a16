public import Tensors

/// A request that a version answers before it takes traffic.
public struct WarmupSpec: Sendable, Hashable {
    public struct Input: Sendable, Hashable {
        public enum Filling: Sendable, Hashable {
            case zero
            /// The same numbers every time.
            case random
            /// Raw elements in the file of this path.
            case file(String)
        }

        public var dataType: DataType
        /// Without the batch extent.
        public var dims: [Int]
        public var filling: Filling

        public init(dataType: DataType, dims: [Int], filling: Filling) {
            self.dataType = dataType
            self.dims = dims
            self.filling = filling
        }
    }

    public var name: String
    public var rows: Int
    public var inputs: [String: Input]
    public var count: Int
    /// The file of a recorded request, whose inputs are sent as they are; nil for one made of ``inputs``.
    public var recorded: String?

    public init(name: String, rows: Int = 1, inputs: [String: Input], count: Int = 1, recorded: String? = nil) {
        self.recorded = recorded
        self.name = name
        self.rows = rows
        self.inputs = inputs
        self.count = count
    }
}
