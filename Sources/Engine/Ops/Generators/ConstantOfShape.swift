internal import Tensors

/// A tensor of a shape that is an input, with one value throughout.
struct ConstantOfShape: Operation {
    let node: Node
    /// One element.
    let value: Tensor

    init(_ node: Node) throws(EngineError) {
        self.node = node
        value = try node.tensor("value") ?? Tensor([0] as [Float], dataType: .float32, shape: [1])
        guard value.count == 1 else { throw node.malformed("attribute 'value' must have one element, has \(value.count)") }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let shape = try node.operand(inputs, 0, of: .int64)
        if let extents = try inputs.knownIntegers(0) {
            guard extents.allSatisfy({ $0 >= 0 }) else { throw node.malformed("the shape \(extents) has a negative extent") }
            return [try node.outputFact(value.dataType, extents.map(Dim.known))]
        }
        if let dims = shape.dims, dims.count != 1 { throw node.malformed("the shape must be a vector") }
        return [Fact(value.dataType, shape.vectorLength.flatMap { $0 <= 64 ? [Dim](repeating: .unknown, count: $0) : nil })]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let output = try run.target(0, of: self)
        switch output.dataType.byteWidth {
        case 0: output.setStrings([ByteString](repeating: value.strings.first ?? "", count: output.count))
        case 1: fill(output, UInt8.self)
        case 2: fill(output, UInt16.self)
        case 4: fill(output, UInt32.self)
        case 8: fill(output, UInt64.self)
        default: fill(output, WideElement.self)
        }
    }

    private func fill<T: BitwiseCopyable>(_ output: Tensor, _ type: T.Type) {
        output.mutablePointer(as: type).update(repeating: value.bytes.loadUnaligned(as: type), count: output.count)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        inputs[0] == .absent ? [.absent] : [.mixed("its shape depends on the rows")]
    }

    static let all: [OperatorEntry] = [
        OperatorEntry("ConstantOfShape", versions: 9...Int.max) { node throws(EngineError) in try ConstantOfShape(node) }
    ]
}
