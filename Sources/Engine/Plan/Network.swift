/// A graph with its operators resolved, its values numbered and its steps in an order that can be run.
///
/// Passes rewrite it; a plan is made from what they leave.
struct Network: Sendable {
    struct Value: Sendable {
        let name: String
        var fact: Fact
    }

    struct Step: Sendable {
        let node: Node
        var operation: any Operation
        /// Values read, nil where an optional input is left out. Those that only the node's subgraphs read come last.
        var inputs: [Int?]
        /// Values made, nil where nobody wants one.
        var outputs: [Int?]
    }

    var values: [Value] = []
    var steps: [Step] = []
    var inputs: [Int] = []
    var outputs: [Int] = []
    /// For a subgraph, the values of the graphs around it that it reads, under their names there.
    var captures: [(name: String, value: Int)] = []

    /// Adds a value that nothing makes yet.
    mutating func add(_ name: String, _ fact: Fact) -> Int {
        values.append(Value(name: name, fact: fact))
        return values.count - 1
    }
}
