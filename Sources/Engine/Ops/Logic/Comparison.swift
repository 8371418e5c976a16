internal import Tensors

/// A relation between two elements of one type.
protocol Relation: Sendable {
    static func holds<T: ComputeElement>(_ a: T, _ b: T) -> Bool

    /// Writes to `result` where the relation holds between numbers of `a` and `b`; false when they are no numbers.
    ///
    /// A requirement so that every relation gets loops of its own.
    static func compare(
        _ run: NodeRun, _ a: Tensor, _ b: Tensor, as bShape: Shape, into result: Tensor, node: Node
    ) throws(EngineError) -> Bool
}

extension Relation {
    @inline(__always)
    static func compare(
        _ run: NodeRun, _ a: Tensor, _ b: Tensor, as bShape: Shape, into result: Tensor, node: Node
    ) throws(EngineError) -> Bool {
        switch a.dataType.computeKind {
        case .float: try RelationPair<Self, Float>().run(run, a, as: a.shape, b, as: bShape, into: result, node: node)
        case .double: try RelationPair<Self, Double>().run(run, a, as: a.shape, b, as: bShape, into: result, node: node)
        case .signed where a.dataType == .int32:
            try RelationPair<Self, Int32>().run(run, a, as: a.shape, b, as: bShape, into: result, node: node)
        case .signed: try RelationPair<Self, Int64>().run(run, a, as: a.shape, b, as: bShape, into: result, node: node)
        case .unsigned: try RelationPair<Self, UInt64>().run(run, a, as: a.shape, b, as: bShape, into: result, node: node)
        case nil: return false
        }
        return true
    }
}

/// A ``Relation`` that writes truth values.
private struct RelationPair<R: Relation, T: ComputeElement>: PairFunction {
    var cost: Int { 2 }
    @inline(__always) func callAsFunction(_ a: T, _ b: T) -> UInt8 { R.holds(a, b) ? 1 : 0 }
}

/// An operator that compares two tensors element by element.
struct Comparison<R: Relation>: Operation {
    let node: Node
    let types: DataTypeSet
    let alignment: LegacyBroadcast

    init(_ node: Node, _ relation: R.Type, types: DataTypeSet) throws(EngineError) {
        self.node = node
        self.types = types
        self.alignment = try LegacyBroadcast(node)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let a = try node.operand(inputs, 0, of: types)
        let b = try node.operand(inputs, 1, like: a)
        return [Fact(.bool, try Dim.broadcast([a.dims, alignment.aligned(b.dims, to: a.dims)], node: node))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (a, b) = (run.tensor(0), run.tensor(1))
        let bShape = alignment.aligned(b.shape, to: a.shape)
        let result = run.output(0)
        if try !R.compare(run, a, b, as: bShape, into: result, node: node) { try compareStrings(a, b, bShape, result) }
    }

    /// Only equality has a meaning for strings.
    private func compareStrings(_ a: Tensor, _ b: Tensor, _ bShape: Shape, _ result: Tensor) throws(EngineError) {
        let walk = try BroadcastWalk(result: result.shape, a.shape, bShape, node: node)
        let (left, right) = (a.strings, b.strings)
        let output = result.mutablePointer(as: UInt8.self)
        walk.forEachRun(in: 0..<walk.count) { run in
            for index in 0..<run.count {
                let isEqual =
                    left[run.operands[0] + index * walk.step(0)] == right[run.operands[1] + index * walk.step(1)]
                output[run.result + index] = isEqual ? 1 : 0
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        [RowAxis.broadcast(inputs, facts: alignment.aligned(facts))]
    }

    var overwritableInputs: [Int] { [0, 1] }
}

enum EqualRelation: Relation {
    @inline(__always) static func holds<T: ComputeElement>(_ a: T, _ b: T) -> Bool { a == b }
}

enum LessRelation: Relation {
    @inline(__always) static func holds<T: ComputeElement>(_ a: T, _ b: T) -> Bool { a < b }
}

enum LessOrEqualRelation: Relation {
    @inline(__always) static func holds<T: ComputeElement>(_ a: T, _ b: T) -> Bool { a <= b }
}

enum GreaterRelation: Relation {
    @inline(__always) static func holds<T: ComputeElement>(_ a: T, _ b: T) -> Bool { a > b }
}

enum GreaterOrEqualRelation: Relation {
    @inline(__always) static func holds<T: ComputeElement>(_ a: T, _ b: T) -> Bool { a >= b }
}

enum Comparisons {
    static let all: [OperatorEntry] = [
        entry("Equal", since: 1, EqualRelation.self, types: .numbersAndBool.union(.string)),
        entry("Less", since: 1, LessRelation.self),
        entry("LessOrEqual", since: 12, LessOrEqualRelation.self),
        entry("Greater", since: 1, GreaterRelation.self),
        entry("GreaterOrEqual", since: 12, GreaterOrEqualRelation.self),
    ]

    private static func entry<R: Relation>(
        _ name: String, since: Int, _ relation: R.Type, types: DataTypeSet = .numbers
    ) -> OperatorEntry {
        OperatorEntry(name, versions: since...Int.max) { node throws(EngineError) in
            try Comparison(node, R.self, types: types)
        }
    }
}
