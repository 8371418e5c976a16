import Tensors

/// A chain of standard operators, each reading what the one before it made.
struct LayeredGraph {
    private(set) var nodes: [Node] = []
    private(set) var constants: [String: Tensor] = [:]
    private var current: String

    /// The operator set that the chain is written in.
    private static let version = 21

    init(input: String) { current = input }

    private mutating func constant(_ tensor: Tensor) -> String {
        let name = "constant.\(constants.count)"
        constants[name] = tensor
        return name
    }

    private mutating func add(_ operatorName: String, _ inputs: [String], _ output: String, _ attributes: [String: Attribute]) {
        nodes.append(
            Node(
                name: "\(operatorName).\(nodes.count)", operatorName: operatorName, domain: "", version: Self.version,
                inputs: inputs, outputs: [output], attributes: attributes))
    }

    mutating func append(_ operatorName: String) {
        let output = "value.\(nodes.count)"
        add(operatorName, [current], output, [:])
        current = output
    }

    mutating func append(
        _ operatorName: String, constant tensor: Tensor, and second: Tensor? = nil, _ attributes: [String: Attribute] = [:]
    ) {
        var inputs = [current, constant(tensor)]
        if let second { inputs.append(constant(second)) }
        let output = "value.\(nodes.count)"
        add(operatorName, inputs, output, attributes)
        current = output
    }

    /// Gives the last value the name of an output, and returns it.
    mutating func finish(as name: String) -> String {
        add("Identity", [current], name, [:])
        return name
    }

    /// Adds the output "label": the label of the largest result of each row, or of a single one above a threshold.
    mutating func label(of scores: String, threshold: Float?, _ labels: Tensor) {
        let index = "label.index"
        if let threshold {
            let bound = constant(Tensor([threshold], dataType: .float32, shape: .scalar))
            let axis = constant(Tensor([Int64(1)], dataType: .int64, shape: [1]))
            add("Greater", [scores, bound], "label.above", [:])
            add("Squeeze", ["label.above", axis], "label.flag", [:])
            add("Cast", ["label.flag"], index, ["to": .int(7)])
        } else {
            add("ArgMax", [scores], index, ["axis": .int(1), "keepdims": .int(0)])
        }
        add("Gather", [constant(labels), index], "label", [:])
    }
}
