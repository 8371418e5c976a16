internal import Tensors

/// The walk over a row-major result and the operands that are broadcast to it, in runs along which every operand either
/// advances by one element or stays where it is.
///
/// Neighbouring axes are merged where all operands allow it, so that tensors of one shape are a single run.
struct BroadcastWalk {
    /// Axes that remain after merging; more than a tensor of any model in use could leave.
    static let maximumAxes = 16

    /// Elements of the result.
    let count: Int
    private var axisCount = 0
    /// Innermost first.
    private var extents = [16 of Int](repeating: 1)
    private var steps = [3 of [16 of Int]](repeating: [16 of Int](repeating: 0))

    /// Where a run begins in the result and in each operand, in elements, and how long it is.
    struct Run {
        var result: Int
        var count: Int
        var operands: [3 of Int]
    }

    /// Shapes `a`, `b` and, if there is one, `c` are right-aligned with `result` and equal to it or 1 along every axis.
    ///
    /// Allocates nothing.
    init(result: Shape, _ a: Shape, _ b: Shape, _ c: Shape? = nil, node: Node) throws(EngineError) {
        count = result.count
        let operandCount = c == nil ? 2 : 3
        var natural = [3 of Int](repeating: 1)
        for axis in stride(from: result.rank - 1, through: 0, by: -1) {
            let extent = result[axis]
            if extent == 1 { continue }
            let fromEnd = result.rank - axis
            var step = [3 of Int](repeating: 0)
            for index in 0..<operandCount {
                let own = index == 0 ? Self.extent(a, fromEnd) : index == 1 ? Self.extent(b, fromEnd) : Self.extent(c, fromEnd)
                guard own == extent || own == 1 else {
                    throw EngineError(.invalidInput, "an input of shapes \(a), \(b) does not broadcast to \(result)", place: node.place)
                }
                step[index] = own == 1 ? 0 : natural[index]
                natural[index] *= own
            }
            if axisCount > 0 {
                let last = axisCount - 1
                var merges = true
                for index in 0..<operandCount where step[index] != steps[index][last] * extents[last] { merges = false }
                if merges {
                    extents[last] *= extent
                    continue
                }
            }
            guard axisCount < Self.maximumAxes else {
                throw EngineError(.unsupported, "it broadcasts along more than \(Self.maximumAxes) axes", place: node.place)
            }
            extents[axisCount] = extent
            for index in 0..<operandCount { steps[index][axisCount] = step[index] }
            axisCount += 1
        }
    }

    /// The extent of the axis that is `fromEnd`th counted from the last; 1 where the shape does not reach that far.
    private static func extent(_ shape: Shape?, _ fromEnd: Int) -> Int {
        guard let shape, fromEnd <= shape.rank else { return 1 }
        return shape[shape.rank - fromEnd]
    }

    /// 1 when operand `index` advances along a run, 0 when it stays.
    func step(_ index: Int) -> Int { axisCount == 0 ? 0 : steps[index][0] }

    /// Whole runs of the result, and the elements of each.
    var runCount: Int { count == 0 ? 0 : count / extents[0] }
    var runLength: Int { extents[0] }

    /// Neighbouring runs of one length, between whose beginnings every operand makes the same step.
    struct Panel {
        var result: Int
        var rows: Int
        var columns: Int
        var operands: [3 of Int]
        var rowSteps: [3 of Int]
    }

    /// Calls `body` for the panels that make up runs `range`, in order.
    func forEachPanel(inRuns range: Range<Int>, _ body: (Panel) -> Void) {
        let rowsPerPanel = extents[1]
        var panel = Panel(
            result: 0, rows: 0, columns: extents[0], operands: [3 of Int](repeating: 0), rowSteps: [3 of Int](repeating: 0))
        for index in 0..<3 { panel.rowSteps[index] = axisCount > 1 ? steps[index][1] : 0 }
        var run = range.lowerBound
        while run < range.upperBound {
            let row = run % rowsPerPanel
            panel.rows = min(rowsPerPanel - row, range.upperBound - run)
            panel.result = run * extents[0]
            var rest = run / rowsPerPanel
            for index in 0..<3 { panel.operands[index] = row * panel.rowSteps[index] }
            for axis in 2..<max(2, axisCount) {
                let position = rest % extents[axis]
                rest /= extents[axis]
                for index in 0..<3 { panel.operands[index] += position * steps[index][axis] }
            }
            body(panel)
            run += panel.rows
        }
    }

    /// Calls `body` for the runs, whole or cut, that make up elements `range` of the result, in order.
    @inline(__always)
    func forEachRun(in range: Range<Int>, _ body: (Run) -> Void) {
        guard !range.isEmpty else { return }
        let inner = extents[0]
        var position = [16 of Int](repeating: 0)
        var run = Run(result: range.lowerBound, count: 0, operands: [3 of Int](repeating: 0))
        var rest = range.lowerBound
        for axis in 0..<axisCount {
            position[axis] = rest % extents[axis]
            rest /= extents[axis]
            for index in 0..<3 { run.operands[index] += position[axis] * steps[index][axis] }
        }
        while true {
            run.count = min(inner - position[0], range.upperBound - run.result)
            body(run)
            run.result += run.count
            if run.result >= range.upperBound { return }
            for index in 0..<3 { run.operands[index] -= position[0] * steps[index][0] }
            position[0] = 0
            var axis = 1
            while axis < axisCount {
                position[axis] += 1
                for index in 0..<3 { run.operands[index] += steps[index][axis] }
                if position[axis] < extents[axis] { break }
                for index in 0..<3 { run.operands[index] -= extents[axis] * steps[index][axis] }
                position[axis] = 0
                axis += 1
            }
        }
    }
}
