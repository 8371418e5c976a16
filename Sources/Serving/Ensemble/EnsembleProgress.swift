/// Where one request stands in its ensemble: which tensors are settled, and which steps may begin. It decides; whoever owns it acts.
///
/// A value without clock, lock or I/O. A tensor is settled once it is made, or once nobody is left who could make it. A step may begin when all
/// that it waits for is settled; it is over when its owner says so with ``ended(_:made:failed:in:)``.
struct EnsembleProgress {
    enum TensorState: UInt8 {
        case open, made, missing
    }

    private(set) var tensors: [TensorState] = []
    private var makersLeft: [Int] = []
    private var waitsLeft: [Int] = []
    /// Steps that may begin and have not been taken, the latest last.
    private var ready: [Int] = []
    /// Steps that are not over.
    private(set) var stepsLeft = 0

    /// Starts anew; all memory is kept.
    ///
    /// - Parameter given: whether an input of the ensemble, by its tensor's number, came with the request.
    mutating func begin(_ graph: EnsembleGraph, given: (Int) -> Bool) {
        tensors.removeAll(keepingCapacity: true)
        makersLeft.removeAll(keepingCapacity: true)
        for tensor in graph.tensors {
            tensors.append(.open)
            makersLeft.append(tensor.makers)
        }
        waitsLeft.removeAll(keepingCapacity: true)
        waitsLeft.append(contentsOf: graph.waits)
        ready.removeAll(keepingCapacity: true)
        stepsLeft = graph.steps.count
        // Taken from the end: the first in order begins first.
        for step in graph.order.reversed() where waitsLeft[step] == 0 { ready.append(step) }
        for tensor in graph.inputs { settle(tensor, given(tensor) ? .made : .missing, graph) }
    }

    /// A step that may begin now.
    mutating func next() -> Int? { ready.popLast() }

    /// A step is over, whether it ran, failed or was passed by.
    ///
    /// - Parameter made: whether it made the output at a place of its list.
    mutating func ended(_ step: Int, failed: Bool, made: (Int) -> Bool, in graph: EnsembleGraph) {
        stepsLeft -= 1
        let outputs = graph.steps[step].outputs
        for place in outputs.indices {
            let tensor = outputs[place].tensor
            makersLeft[tensor] -= 1
            if made(place) {
                settle(tensor, .made, graph)
            } else if makersLeft[tensor] == 0, tensors[tensor] == .open {
                settle(tensor, .missing, graph)
            }
        }
        if let sign = graph.steps[step].failureSign { settle(sign, failed ? .made : .missing, graph) }
    }

    private mutating func settle(_ tensor: Int, _ state: TensorState, _ graph: EnsembleGraph) {
        guard tensors[tensor] == .open else { return }
        tensors[tensor] = state
        for step in graph.tensors[tensor].waiters {
            waitsLeft[step] -= 1
            if waitsLeft[step] == 0 { ready.append(step) }
        }
    }
}
