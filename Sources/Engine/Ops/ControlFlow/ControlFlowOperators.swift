/// Operators that move values about or run graphs within the graph.
enum ControlFlowOperators {
    static let all: [OperatorEntry] = [
        Identity.entry,
        Constant.entry,
        If.entry,
        Loop.entry,
        Scan.entry,
        SequenceMap.entry,
    ]
}
