internal import Engine
internal import Tensors

/// Runs an ONNX model with the memory of earlier runs.
final class OnnxRunner: ModelRunner {
    /// Output shapes by the shapes of the inputs, which the engine would have to look up.
    private struct KnownShapes {
        var inputs: [Shape]
        var outputs: [Shape?]
    }

    private let model: OnnxModel
    var mayBeSpread = false
    private var values: [Value] = []
    /// The inputs of the run before and their values: callers bring the same buffers again, and a value costs an allocation.
    private var before: [(tensor: Tensor, value: Value)?]
    private var results: [Value?] = []
    private var known: [KnownShapes] = []
    private var memory: [OutputMemory]
    /// Sets of input shapes remembered. Beyond: the oldest is asked for again.
    private static let maxKnown = 32

    init(_ model: OnnxModel) {
        self.model = model
        memory = model.signature.outputs.map { _ in OutputMemory() }
        before = model.signature.inputs.map { _ in nil }
    }

    func run(inputs: [Tensor?], wanted: [Bool], outputs: inout [Tensor?]) throws(ServingError) {
        do throws(EngineError) {
            values.removeAll(keepingCapacity: true)
            for (index, input) in inputs.enumerated() {
                values.append(value(input, index))
            }
            let shapes = try outputShapes(inputs)
            results.removeAll(keepingCapacity: true)
            for (index, shape) in shapes.enumerated() {
                let dataType = model.signature.outputs[index].dataType
                guard let shape, dataType != .string, case .tensor = model.conversions[index] else {
                    results.append(nil)
                    continue
                }
                results.append(.tensor(memory[index].tensor(dataType, shape)))
            }
            if mayBeSpread {
                try model.model.run(values, into: &results)
            } else {
                try EngineThreads.alone { () throws(EngineError) in try model.model.run(values, into: &results) }
            }
            for index in results.indices {
                outputs[index] = try results[index].flatMap { value throws(EngineError) in try model.conversions[index].tensor(value) }
            }
        } catch {
            throw ServingError(error.code == .malformedModel ? .internal : error.servingCode, error.description)
        }
    }

    private func value(_ input: Tensor?, _ index: Int) -> Value {
        guard let input else { return .none(.tensor(model.signature.inputs[index].dataType)) }
        if let known = before[index], known.tensor.storage === input.storage, known.tensor.byteOffset == input.byteOffset,
            known.tensor.shape == input.shape
        {
            return known.value
        }
        let value = Value.tensor(input)
        before[index] = (input, value)
        return value
    }

    private func outputShapes(_ inputs: [Tensor?]) throws(EngineError) -> [Shape?] {
        if let found = known.first(where: { matches($0.inputs, inputs) }) { return found.outputs }
        let outputs = try model.model.outputShapes(for: values)
        if inputs.allSatisfy({ $0 != nil }) {
            if known.count == Self.maxKnown { known.removeFirst() }
            known.append(KnownShapes(inputs: inputs.compactMap { $0?.shape }, outputs: outputs))
        }
        return outputs
    }

    private func matches(_ shapes: [Shape], _ inputs: [Tensor?]) -> Bool {
        guard shapes.count == inputs.count else { return false }
        for (index, input) in inputs.enumerated() where input?.shape != shapes[index] { return false }
        return true
    }
}

/// Memory for one output, used again once nobody holds an answer in it.
struct OutputMemory {
    private var blocks: [TensorStorage] = []
    /// Blocks kept; answers that wait for a slow client hold theirs longer. Beyond: new memory each time.
    private static let maxBlocks = 32

    mutating func tensor(_ dataType: DataType, _ shape: Shape) -> Tensor {
        let byteCount = shape.count * dataType.byteWidth
        for index in blocks.indices where blocks[index].byteCount >= byteCount && isKnownUniquelyReferenced(&blocks[index]) {
            return Tensor(dataType: dataType, shape: shape, storage: blocks[index])
        }
        // Powers of two, so that batches of like sizes share blocks.
        let capacity = max(64, byteCount).nextPowerOfTwo
        let block = TensorStorage(byteCount: byteCount < 1 << 20 ? capacity : byteCount)
        if let small = blocks.firstIndex(where: { $0.byteCount < byteCount }) {
            blocks[small] = block
        } else if blocks.count < Self.maxBlocks {
            blocks.append(block)
        }
        return Tensor(dataType: dataType, shape: shape, storage: block)
    }
}

extension Int {
    /// The least power of two that is not below a positive number.
    fileprivate var nextPowerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
