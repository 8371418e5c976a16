internal import Tensors

/// The tensors of a sequence, one after the other along an axis of theirs or along a new one.
struct ConcatFromSequence: Operation {
    static let entry = OperatorEntry("ConcatFromSequence") { node throws(EngineError) in try ConcatFromSequence(node) }

    private let axis: Int
    private let isNew: Bool

    init(_ node: Node) throws(EngineError) {
        axis = try node.required("axis", node.int("axis"))
        isNew = try node.bool("new_axis", default: false)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        guard case .tensor(let dataType) = try inputs.sequenceElement(0) else {
            throw EngineError(.malformedModel, "only sequences of tensors can be concatenated")
        }
        return [Fact(dataType, nil)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let pieces = try run.sequence(0).elements.compactMap(\.tensor)
        guard let first = pieces.first else { throw EngineError(.invalidInput, "the sequence is empty") }
        let rank = first.shape.rank + (isNew ? 1 : 0)
        guard axis >= -rank, axis < rank else { throw EngineError(.invalidInput, "axis \(axis) of tensors of rank \(rank)") }
        let axis = axis < 0 ? axis + rank : axis
        guard !isNew || pieces.allSatisfy({ $0.shape.rank == first.shape.rank }) else {
            throw EngineError(.invalidInput, "the tensors differ in rank")
        }
        run.publish(try Tensor.concatenated(isNew ? pieces.map { $0.unsqueezed(axis: axis) } : pieces, axis: axis))
    }

    var takesOnlyTensors: Bool { false }
}
