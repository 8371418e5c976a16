public import Tensors

/// One node's inputs and outputs during one run. Used by one thread at a time, and only until `run` returns.
public final class NodeRun {
    var inputs: [Value?]
    var outputs: [Value?]
    /// Facts of the outputs, as ``Operation/infer(_:)`` gave them for this run's shapes.
    var outputFacts: [Fact]
    var wanted: [Bool]
    /// Memory planned for output i, when the plan knew its shape.
    var planned: [Tensor?]
    var scratchBlocks: [TensorStorage] = []

    package init(inputs: [Value?], outputFacts: [Fact], wanted: [Bool], planned: [Tensor?]) {
        self.inputs = inputs
        self.outputs = [Value?](repeating: nil, count: outputFacts.count)
        self.outputFacts = outputFacts
        self.wanted = wanted
        self.planned = planned
    }

    public var inputCount: Int { inputs.count }
    public var outputCount: Int { outputFacts.count }

    /// Input `index`, which the operator requires and ``Operation/infer(_:)`` has checked to be a tensor.
    public func tensor(_ index: Int) -> Tensor {
        guard let tensor = inputs[index]?.tensor else { preconditionFailure("infer accepted a missing tensor") }
        return tensor
    }

    /// Input `index`, or nil when it is left out.
    public func optionalTensor(_ index: Int) -> Tensor? {
        index < inputs.count ? inputs[index]?.tensor : nil
    }

    /// Input `index` of any type.
    public func value(_ index: Int) -> Value? { index < inputs.count ? inputs[index] : nil }

    /// False when nothing reads output `index`: it need not be computed.
    public func isWanted(_ index: Int) -> Bool { index < wanted.count && wanted[index] }

    /// Memory for output `index` of the type and shape that ``Operation/infer(_:)`` gave; contents undefined
    /// (strings: empty), possibly that of an overwritable input.
    public func output(_ index: Int) -> Tensor {
        if let tensor = planned[index] {
            outputs[index] = .tensor(tensor)
            return tensor
        }
        let fact = outputFacts[index]
        guard let dataType = fact.dataType, let shape = fact.shape else {
            preconditionFailure("the shape of this output is not known beforehand: allocate it")
        }
        return allocate(index, dataType: dataType, shape: shape)
    }

    /// Memory for an output whose shape only the elements could tell.
    public func allocate(_ index: Int, dataType: DataType, shape: Shape) -> Tensor {
        let tensor = Tensor(dataType: dataType, shape: shape)
        outputs[index] = .tensor(tensor)
        return tensor
    }

    /// Hands on a value made elsewhere, such as a view of an input.
    public func publish(_ value: Value, as index: Int) { outputs[index] = value }

    public func publish(_ tensor: Tensor, as index: Int = 0) { outputs[index] = .tensor(tensor) }

    /// Memory for the operator's own use, 64-byte aligned, contents undefined, gone when `run` returns.
    public func scratch(byteCount: Int) -> UnsafeMutableRawPointer {
        let block = TensorStorage(byteCount: byteCount)
        scratchBlocks.append(block)
        return block.base
    }

    /// Calls `body` over disjoint ranges that cover `0..<count`, possibly on several threads at once.
    ///
    /// - Parameters:
    ///   - count: pieces of work; each piece's result must not depend on how they are grouped.
    ///   - costPerPiece: rough floating-point operations or bytes touched per piece; small totals stay on this thread.
    public func parallel(_ count: Int, costPerPiece: Int, _ body: (Range<Int>) -> Void) {
        if count > 0 { body(0..<count) }
    }
}
