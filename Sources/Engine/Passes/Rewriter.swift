internal import Tensors

/// A network while a pass rewrites it: who makes and who reads each value is at hand.
struct Rewriter {
    private(set) var network: Network
    private var producers: [Int: Int] = [:]
    private var readers: [Int: [Int]] = [:]
    private var exits: Set<Int>
    private var removed: Set<Int> = []

    init(_ network: Network) {
        self.network = network
        exits = Set(network.outputs)
        for index in network.steps.indices { connect(index) }
    }

    private mutating func connect(_ index: Int) {
        for output in network.steps[index].outputs { if let output { producers[output] = index } }
        for input in network.steps[index].inputs { if let input { readers[input, default: []].append(index) } }
    }

    var stepIndices: Range<Int> { network.steps.indices }

    /// Step `index`; nil once it is removed.
    func step(_ index: Int) -> Network.Step? { removed.contains(index) ? nil : network.steps[index] }

    /// The step that makes `value` and whose only wanted output it is, if nothing but one input reads that.
    func soleProducer(of value: Int?) -> Int? {
        guard let value, !exits.contains(value), readers[value]?.count == 1, let index = producers[value], !removed.contains(index),
            network.steps[index].outputs.compactMap({ $0 }) == [value]
        else { return nil }
        return index
    }

    /// The step that makes `value` with a standard operator of one of these names.
    func producer(of value: Int?, _ names: String...) -> Network.Step? {
        guard let value, let index = producers[value], !removed.contains(index), network.steps[index].node.domain.isEmpty,
            names.contains(network.steps[index].node.operatorName), network.steps[index].outputs.first == value
        else { return nil }
        return network.steps[index]
    }

    /// The float32 constant of one element that `value` is.
    func scalar(_ value: Int?) -> Float? {
        guard let tensor = constant(value), tensor.dataType == .float32, tensor.count == 1 else { return nil }
        return tensor.pointer(as: Float.self)[0]
    }

    /// The bounds of a Clip, when they are known; what is left open is infinite.
    func bounds(_ step: Network.Step) throws(EngineError) -> (low: Float, high: Float)? {
        guard step.node.isStandard("Clip") else { return nil }
        if step.node.version < 11 {
            return (try step.node.float("min", default: -.infinity), try step.node.float("max", default: .infinity))
        }
        var bounds: [Float] = [-.infinity, .infinity]
        for position in 0..<2 where position + 1 < step.inputs.count {
            guard let input = step.inputs[position + 1] else { continue }
            guard let bound = scalar(input) else { return nil }
            bounds[position] = bound
        }
        return (bounds[0], bounds[1])
    }

    /// Of a step with two inputs, the one that is not `scalar` (give or take a millionth); nil when neither is.
    func operand(of step: Network.Step?, besides scalar: Float) -> Int? {
        guard let step, step.inputs.count == 2 else { return nil }
        for position in 0..<2 {
            if let found = self.scalar(step.inputs[position]), abs(found - scalar) <= 1e-6 * max(1, abs(scalar)) {
                return step.inputs[1 - position]
            }
        }
        return nil
    }

    func fact(_ value: Int?) -> Fact? { value.map { network.values[$0].fact } }

    /// The elements of a constant.
    func constant(_ value: Int?) -> Tensor? { fact(value)?.value }

    /// A new constant.
    mutating func add(_ name: String, _ tensor: Tensor) -> Int { network.add(name, Fact(constant: tensor)) }

    /// Puts one step in the place of `index`, and removes `others`, whose work it takes over.
    mutating func replace(_ index: Int, absorbing others: [Int], with node: Node, inputs: [Int?]) throws(EngineError) {
        guard let entry = Registry.find(node) else { throw node.unsupported("no such operator") }
        let operation: any Operation
        do { operation = try entry.make(node) } catch { throw error.at(node.place) }
        replace(index, absorbing: others, with: node, operation, inputs: inputs)
    }

    /// The same with an operation that no operator of the standard sets describes.
    mutating func replace(_ index: Int, absorbing others: [Int], with node: Node, _ operation: any Operation, inputs: [Int?]) {
        for gone in others + [index] {
            for input in network.steps[gone].inputs { if let input { readers[input]?.removeAll { $0 == gone } } }
        }
        for other in others { removed.insert(other) }
        network.steps[index] = Network.Step(node: node, operation: operation, inputs: inputs, outputs: network.steps[index].outputs)
        connect(index)
    }

    /// The network without what was removed.
    func finish() -> Network {
        var result = network
        result.steps = network.steps.indices.filter { !removed.contains($0) }.map { network.steps[$0] }
        return result
    }
}

extension Node {
    /// Whether this is operator `name` of the standard set.
    func isStandard(_ names: String...) -> Bool { domain.isEmpty && names.contains(operatorName) }
}
