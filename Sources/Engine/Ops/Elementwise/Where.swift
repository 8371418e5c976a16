internal import Tensors

/// Takes each element from the second input where the first is true, and from the third where it is false.
struct Where: Operation {
    let node: Node

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let condition = try node.operand(inputs, 0, of: .bool)
        let x = try node.operand(inputs, 1, of: .all)
        let y = try node.operand(inputs, 2, like: x)
        return [Fact(type: x.type, dims: try Dim.broadcast([condition.dims, x.dims, y.dims], node: node))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (condition, x, y) = (run.tensor(0), run.tensor(1), run.tensor(2))
        let output = run.output(0)
        let walk = try BroadcastWalk(result: output.shape, condition.shape, x.shape, y.shape, node: node)
        // Only the width of the elements matters.
        switch x.dataType.byteWidth {
        case 1: select(run, walk, condition, x, y, output, UInt8.self)
        case 2: select(run, walk, condition, x, y, output, UInt16.self)
        case 4: select(run, walk, condition, x, y, output, UInt32.self)
        case 8: select(run, walk, condition, x, y, output, UInt64.self)
        case 16: select(run, walk, condition, x, y, output, WideElement.self)
        default: selectStrings(walk, condition, x, y, output)
        }
    }

    @inline(__always)
    private func select<T: BitwiseCopyable>(
        _ run: NodeRun, _ walk: BroadcastWalk, _ condition: Tensor, _ x: Tensor, _ y: Tensor, _ output: Tensor, _ type: T.Type
    ) {
        let (cStep, xStep, yStep) = (walk.step(0), walk.step(1), walk.step(2))
        run.parallel(walk.count, costPerPiece: 3) { range in
            let condition = condition.pointer(as: UInt8.self)
            let (x, y) = (x.pointer(as: T.self), y.pointer(as: T.self))
            let output = output.mutablePointer(as: T.self)
            walk.forEachRun(in: range) { run in
                let c = condition + run.operands[0]
                let x = x + run.operands[1]
                let y = y + run.operands[2]
                let o = output + run.result
                if cStep == 1, xStep == 1, yStep == 1 {
                    for index in 0..<run.count { o[index] = c[index] != 0 ? x[index] : y[index] }
                } else if cStep == 1, xStep == 0, yStep == 1 {
                    let x = x[0]
                    for index in 0..<run.count { o[index] = c[index] != 0 ? x : y[index] }
                } else if cStep == 1, xStep == 1, yStep == 0 {
                    let y = y[0]
                    for index in 0..<run.count { o[index] = c[index] != 0 ? x[index] : y }
                } else if cStep == 1, xStep == 0, yStep == 0 {
                    let (x, y) = (x[0], y[0])
                    for index in 0..<run.count { o[index] = c[index] != 0 ? x : y }
                } else {
                    for index in 0..<run.count { o[index] = c[index * cStep] != 0 ? x[index * xStep] : y[index * yStep] }
                }
            }
        }
    }

    private func selectStrings(_ walk: BroadcastWalk, _ condition: Tensor, _ x: Tensor, _ y: Tensor, _ output: Tensor) {
        var strings: [ByteString] = []
        strings.reserveCapacity(walk.count)
        let (left, right) = (x.strings, y.strings)
        let truth = condition.pointer(as: UInt8.self)
        walk.forEachRun(in: 0..<walk.count) { run in
            for index in 0..<run.count {
                let holds = truth[run.operands[0] + index * walk.step(0)] != 0
                strings.append(
                    holds ? left[run.operands[1] + index * walk.step(1)] : right[run.operands[2] + index * walk.step(2)])
            }
        }
        output.setStrings(strings)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [RowAxis.broadcast(inputs, facts: facts)] }
    var overwritableInputs: [Int] { [1, 2] }

    static let all: [OperatorEntry] = [OperatorEntry("Where", versions: 9...Int.max) { node in Where(node: node) }]
}
