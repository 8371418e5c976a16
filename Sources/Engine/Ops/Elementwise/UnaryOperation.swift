internal import Tensors

/// An operator that applies a real function to every element of one tensor of floats.
struct RealUnaryOperation<Function: RealFunction>: Operation {
    let node: Node
    let function: Function

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: .reals)
        return [Fact(type: x.type, dims: x.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        function.map(run, x, to: run.output(0))
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [inputs[0]] }
    var overwritableInputs: [Int] { [0] }
}

/// An operator that applies a function to every element of one tensor of numbers.
struct NumberUnaryOperation<Function: NumberFunction>: Operation {
    let node: Node
    let function: Function

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: .numbers)
        return [Fact(type: x.type, dims: x.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        let y = run.output(0)
        switch x.dataType.computeKind {
        case .signed: function.mapIntegers(run, x, to: y, isSigned: true)
        case .unsigned: function.mapIntegers(run, x, to: y, isSigned: false)
        default: function.map(run, x, to: y)
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [inputs[0]] }
    var overwritableInputs: [Int] { [0] }
}

extension RealFunction {
    /// Applies the function to every element of `x`, a tensor of floats, giving `y` of the same type and shape.
    func map(_ run: NodeRun, _ x: Tensor, to y: Tensor) {
        if x.dataType.computeKind == .double {
            ElementMap.run(run, x, y, costPerElement: cost) { (x: UnsafePointer<Double>, y, count) in
                applyScalar(x, y, count: count)
            }
        } else {
            ElementMap.run(run, x, y, costPerElement: cost) { (x: UnsafePointer<Float>, y, count) in
                apply(x, y, count: count)
            }
        }
    }
}

extension OperatorEntry {
    /// An entry of a real function; `make` reads its attributes.
    static func real(
        _ name: String, domain: String = "", since: Int, through last: Int = Int.max,
        _ make: @escaping @Sendable (Node) throws(EngineError) -> some RealFunction
    ) -> OperatorEntry {
        OperatorEntry(name, domain: domain, versions: since...last) { node throws(EngineError) in
            RealUnaryOperation(node: node, function: try make(node))
        }
    }

    /// An entry of a function of numbers; `make` reads its attributes.
    static func number(
        _ name: String, domain: String = "", since: Int, through last: Int = Int.max,
        _ make: @escaping @Sendable (Node) throws(EngineError) -> some NumberFunction
    ) -> OperatorEntry {
        OperatorEntry(name, domain: domain, versions: since...last) { node throws(EngineError) in
            NumberUnaryOperation(node: node, function: try make(node))
        }
    }
}
