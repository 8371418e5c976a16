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

    /// - Parameter operands: at most three shapes, each right-aligned with `result` and equal to it or 1 along every axis.
    init(result: Shape, operands: [Shape], node: Node) throws(EngineError) {
        count = result.count
        var natural = [3 of Int](repeating: 1)
        for axis in stride(from: result.rank - 1, through: 0, by: -1) {
            let extent = result[axis]
            if extent == 1 { continue }
            var step = [3 of Int](repeating: 0)
            for (index, operand) in operands.enumerated() {
                let own = axis - (result.rank - operand.rank)
                let ownExtent = own < 0 ? 1 : operand[own]
                guard ownExtent == extent || ownExtent == 1 else {
                    throw EngineError(
                        .invalidInput, "shapes \(operands.map(\.description).joined(separator: " and ")) do not broadcast",
                        place: node.place)
                }
                step[index] = ownExtent == 1 ? 0 : natural[index]
                natural[index] *= ownExtent
            }
            if axisCount > 0 {
                let last = axisCount - 1
                var merges = true
                for index in 0..<operands.count where step[index] != steps[index][last] * extents[last] { merges = false }
                if merges {
                    extents[last] *= extent
                    continue
                }
            }
            guard axisCount < Self.maximumAxes else {
                throw EngineError(.unsupported, "it broadcasts along more than \(Self.maximumAxes) axes", place: node.place)
            }
            extents[axisCount] = extent
            for index in 0..<operands.count { steps[index][axisCount] = step[index] }
            axisCount += 1
        }
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
