/// One line of the operator registry: a name, the versions it covers, and how to read its attributes.
public struct OperatorEntry: Sendable {
    /// The operator set: "" for the standard one, else such as "ai.onnx.ml" or "com.microsoft".
    public let domain: String
    public let name: String
    /// Operator set versions that this entry reads, inclusive.
    public let versions: ClosedRange<Int>
    /// Reads and checks the attributes of one node.
    public let make: @Sendable (Node) throws(EngineError) -> any Operation

    public init(
        _ name: String, domain: String = "", versions: ClosedRange<Int> = 1...Int.max,
        make: @escaping @Sendable (Node) throws(EngineError) -> any Operation
    ) {
        self.domain = domain
        self.name = name
        self.versions = versions
        self.make = make
    }
}
