internal import Kernels
internal import Tensors

extension ArithmeticFunction {
    /// Fills `c` by the function's vector kernel; false when it has none or the tensors are not of single precision.
    func runKernel(
        _ run: NodeRun, _ a: Tensor, as aShape: Shape, _ b: Tensor, as bShape: Shape, into c: Tensor, node: Node
    ) throws(EngineError) -> Bool {
        guard let kernel, a.dataType == .float32, b.dataType == .float32, c.dataType == .float32 else { return false }
        let (aFloats, bFloats) = (a.pointer(as: Float.self), b.pointer(as: Float.self))
        let cFloats = c.mutablePointer(as: Float.self)
        if aShape.count == c.count, bShape.count == c.count {
            run.parallel(c.count, costPerPiece: cost) { range in
                let at = range.lowerBound
                kernel(
                    BinaryOperand(aFloats + at, rowStride: 0), BinaryOperand(bFloats + at, rowStride: 0), cFloats + at, 1,
                    range.count)
            }
            return true
        }
        let walk = try BroadcastWalk(result: c.shape, aShape, bShape, node: node)
        let (aStep, bStep) = (walk.step(0), walk.step(1))
        if walk.runCount == 1 {
            run.parallel(walk.count, costPerPiece: cost) { range in
                let at = range.lowerBound
                kernel(
                    BinaryOperand(aFloats + at * aStep, rowStride: 0, step: aStep),
                    BinaryOperand(bFloats + at * bStep, rowStride: 0, step: bStep), cFloats + at, 1, range.count)
            }
            return true
        }
        run.parallel(walk.runCount, costPerPiece: cost * walk.runLength) { range in
            walk.forEachPanel(inRuns: range) { panel in
                kernel(
                    BinaryOperand(aFloats + panel.operands[0], rowStride: panel.rowSteps[0], step: aStep),
                    BinaryOperand(bFloats + panel.operands[1], rowStride: panel.rowSteps[1], step: bStep),
                    cFloats + panel.result, panel.rows, panel.columns)
            }
        }
        return true
    }
}
