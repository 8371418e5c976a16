public import Tensors

/// One node's inputs and outputs during one run. Used by one thread at a time, and only until `run` returns.
public final class NodeRun {
    let operation: any Operation
    var inputs: [Value?]
    var outputs: [Value?]
    /// Facts of the outputs, as ``Operation/infer(_:)`` gave them for this run's shapes.
    var outputFacts: [Fact]
    let wanted: [Bool]
    /// Memory planned for output i, when the plan knew its shape.
    var planned: [Tensor?]
    let context: RunContext
    /// What the operator did against its own announcements.
    var fault: EngineError?

    /// An output that goes to other nodes, or out of the run, once it is made.
    struct Delivery {
        let output: Int
        let value: Int
        let isExit: Bool
    }

    var deliveries: [Delivery] = []
    /// Inputs that this run was given, and lets go of.
    var transientInputs: [Int] = []
    var isDynamic = false
    /// Whether any of the above asks for more than running the operator.
    var needsCare = false

    init(
        operation: any Operation, inputs: [Value?], outputFacts: [Fact], wanted: [Bool], planned: [Tensor?], context: RunContext
    ) {
        self.operation = operation
        self.inputs = inputs
        self.outputs = [Value?](repeating: nil, count: wanted.count)
        self.outputFacts = outputFacts
        self.wanted = wanted
        self.planned = planned
        self.context = context
    }

    public var inputCount: Int { inputs.count }
    public var outputCount: Int { wanted.count }

    /// Input `index`, which the operator requires and ``Operation/infer(_:)`` has checked to be a tensor.
    public func tensor(_ index: Int) -> Tensor {
        guard index < inputs.count, case .tensor(let tensor)? = inputs[index] else {
            preconditionFailure("infer accepted a missing tensor")
        }
        return tensor
    }

    /// Input `index`, or nil when it is left out.
    public func optionalTensor(_ index: Int) -> Tensor? {
        if index < inputs.count, case .tensor(let tensor)? = inputs[index] { tensor } else { nil }
    }

    /// Input `index` of any type.
    public func value(_ index: Int) -> Value? { index < inputs.count ? inputs[index] : nil }

    /// False when nothing reads output `index`: it need not be computed.
    public func isWanted(_ index: Int) -> Bool { index < wanted.count && wanted[index] }

    /// Memory for output `index` of the type and shape that ``Operation/infer(_:)`` gave; contents undefined
    /// (strings: empty), possibly that of an overwritable input.
    public func output(_ index: Int) -> Tensor {
        if let tensor = planned[index] { return tensor }
        let fact = outputFacts[index]
        guard let dataType = fact.dataType, let shape = fact.shape else {
            preconditionFailure("the shape of this output is not known beforehand: allocate it")
        }
        return allocate(index, dataType: dataType, shape: shape)
    }

    /// Memory for an output whose shape only the elements could tell.
    public func allocate(_ index: Int, dataType: DataType, shape: Shape) -> Tensor {
        if let tensor = planned[index], tensor.dataType == dataType, tensor.shape == shape { return tensor }
        if planned[index] != nil {
            let announced = outputFacts[index].shape.map(\.description) ?? "another"
            fault = EngineError(.unsupported, "output \(index) has shape \(shape) where \(announced) was announced")
        }
        let tensor = Tensor(dataType: dataType, shape: shape)
        outputs[index] = .tensor(tensor)
        return tensor
    }

    /// Hands on a value made elsewhere, such as a view of an input.
    public func publish(_ value: Value, as index: Int) {
        if case .tensor(let tensor) = value {
            publish(tensor, as: index)
        } else {
            outputs[index] = context.detached(value)
        }
    }

    public func publish(_ tensor: Tensor, as index: Int = 0) {
        guard let target = planned[index] else {
            // Memory of the plan is given to other values later, so a view of it cannot leave the plan's sight.
            outputs[index] = .tensor(context.detached(tensor))
            return
        }
        if target.bytes == tensor.bytes { return }
        guard target.byteCount == tensor.byteCount else {
            fault = EngineError(.unsupported, "output \(index) has shape \(tensor.shape) where \(target.shape) was announced")
            return
        }
        target.mutableBytes.copyMemory(from: tensor.bytes, byteCount: tensor.byteCount)
    }

    /// Throws what was noted, and forgets it.
    func throwFault() throws(EngineError) {
        guard let error = fault else { return }
        fault = nil
        throw error
    }

    /// Memory for the operator's own use, 64-byte aligned, contents undefined, gone when `run` returns.
    /// Only from the thread that called `run`.
    public func scratch(byteCount: Int) -> UnsafeMutableRawPointer { context.scratch.take(byteCount) }

    /// Calls `body` over disjoint ranges that cover `0..<count`, possibly on several threads at once.
    ///
    /// - Parameters:
    ///   - count: pieces of work; each piece's result must not depend on how they are grouped.
    ///   - costPerPiece: rough floating-point operations or bytes touched per piece; small totals stay on this thread.
    public func parallel(_ count: Int, costPerPiece: Int, _ body: (Range<Int>) -> Void) {
        guard count > 0 else { return }
        let (total, overflow) = count.multipliedReportingOverflow(by: max(costPerPiece, 1))
        if overflow || total >= Self.forkCost {
            WorkerPool.shared.run(count, body)
        } else {
            body(0..<count)
        }
    }

    /// Work below this is done before another thread would have woken up.
    private static let forkCost = 2_000_000
}
