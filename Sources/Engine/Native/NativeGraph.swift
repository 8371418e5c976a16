import Tensors

/// Graphs of a single native operation.
enum NativeGraph {
    /// Rows of features go in as "features", what the library predicts comes out as "prediction".
    static func single(
        _ name: String, _ operation: any Operation, features: Int, dataType: DataType, results: Int
    ) -> Graph {
        let node = Node(
            name: name, operatorName: name, domain: NativeOperators.domain, version: 1, inputs: ["features"],
            outputs: ["prediction"], attributes: ["operation": .operation(operation)])
        let rows = Dim.symbol("rows")
        return Graph(
            name: name, inputs: [Graph.Port(name: "features", fact: Fact(dataType, [rows, .known(features)]))],
            outputs: [Graph.Port(name: "prediction", fact: Fact(dataType, results == 1 ? [rows] : [rows, .known(results)]))],
            nodes: [node], initializers: [:])
    }
}
