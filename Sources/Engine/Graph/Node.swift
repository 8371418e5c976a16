/// One application of an operator, as the model's file has it.
public struct Node: Sendable {
    /// The node's own name, or one made from its operator and position when the file gives none.
    public let name: String
    public let operatorName: String
    public let domain: String
    /// The version of the domain's operator set that the model imports.
    public let version: Int
    /// Names of the values read; "" where an optional one is left out.
    public let inputs: [String]
    /// Names of the values made; "" where nobody wants one.
    public let outputs: [String]
    public let attributes: [String: Attribute]

    public init(
        name: String, operatorName: String, domain: String, version: Int, inputs: [String], outputs: [String],
        attributes: [String: Attribute]
    ) {
        self.name = name
        self.operatorName = operatorName
        self.domain = domain
        self.version = version
        self.inputs = inputs
        self.outputs = outputs
        self.attributes = attributes
    }
}
