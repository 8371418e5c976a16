internal import Tensors

/// A sequence of nothing.
struct SequenceEmpty: Operation {
    static let entry = OperatorEntry("SequenceEmpty") { node throws(EngineError) in try SequenceEmpty(node) }

    private let element: ValueType

    init(_ node: Node) throws(EngineError) {
        let number = try node.int("dtype", default: 1)
        guard let dataType = Int32(exactly: number).flatMap(DataType.init(onnx:)) else { throw node.unsupported("dtype \(number)") }
        element = .tensor(dataType)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] { [Fact(type: .sequence(element))] }

    func run(_ run: NodeRun) throws(EngineError) { run.publish(.sequence([], element: element), as: 0) }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [.absent] }
}
