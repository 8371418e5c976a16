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
