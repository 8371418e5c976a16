internal import Tensors

/// A function of two elements of one compute type.
protocol PairFunction: Sendable {
    associatedtype Operand: ComputeElement
    associatedtype Result: ComputeElement

    func callAsFunction(_ a: Operand, _ b: Operand) -> Result

    /// Rough operations for one element.
    var cost: Int { get }
}

extension PairFunction {
    /// c[i] = f(a[i · aStep], b[i · bStep]), where steps are 0 or 1. `c` is `a`, is `b`, or overlaps neither.
    @inline(__always)
    func row(
        _ a: UnsafePointer<Operand>, _ aStep: Int, _ b: UnsafePointer<Operand>, _ bStep: Int, _ c: UnsafeMutablePointer<Result>,
        _ count: Int
    ) {
        if aStep == 1, bStep == 1 {
            for index in 0..<count { c[index] = self(a[index], b[index]) }
        } else if bStep == 0 {
            let right = b[0]
            if aStep == 0 {
                c.update(repeating: self(a[0], right), count: count)
            } else {
                for index in 0..<count { c[index] = self(a[index], right) }
            }
        } else {
            let left = a[0]
            for index in 0..<count { c[index] = self(left, b[index]) }
        }
    }

    /// Fills `c` with the function of `a` and `b`, read under the given shapes and broadcast to that of `c`.
    func run(
        _ run: NodeRun, _ a: Tensor, as aShape: Shape, _ b: Tensor, as bShape: Shape, into c: Tensor, node: Node
    ) throws(EngineError) {
        let isNative =
            Operand.isStorage(of: a.dataType) && Operand.isStorage(of: b.dataType) && Result.isStorage(of: c.dataType)
        if isNative, aShape.count == c.count, bShape.count == c.count {
            run.parallel(c.count, costPerPiece: cost) { range in
                row(
                    a.pointer(as: Operand.self) + range.lowerBound, 1, b.pointer(as: Operand.self) + range.lowerBound, 1,
                    c.mutablePointer(as: Result.self) + range.lowerBound, range.count)
            }
            return
        }
        let walk = try BroadcastWalk(result: c.shape, aShape, bShape, node: node)
        let aStep = walk.step(0)
        let bStep = walk.step(1)
        run.parallel(walk.count, costPerPiece: cost) { range in
            if isNative {
                let (a, b) = (a.pointer(as: Operand.self), b.pointer(as: Operand.self))
                let c = c.mutablePointer(as: Result.self)
                walk.forEachRun(in: range) { run in
                    row(a + run.operands[0], aStep, b + run.operands[1], bStep, c + run.result, run.count)
                }
            } else {
                converting(a, b, c, walk, range)
            }
        }
    }

    /// The same for tensors of other types than the compute type, block by block.
    private func converting(_ a: Tensor, _ b: Tensor, _ c: Tensor, _ walk: BroadcastWalk, _ range: Range<Int>) {
        let capacity = ElementConversion.blockCount
        let (aStep, bStep) = (walk.step(0), walk.step(1))
        withUnsafeTemporaryAllocation(of: Operand.self, capacity: 2 * capacity) { read in
            withUnsafeTemporaryAllocation(of: Result.self, capacity: capacity) { written in
                guard let aBlock = read.baseAddress, let cBlock = written.baseAddress else { return }
                let bBlock = aBlock + capacity
                walk.forEachRun(in: range) { run in
                    var at = 0
                    while at < run.count {
                        let n = min(capacity, run.count - at)
                        load(a, run.operands[0] + at * aStep, aBlock, aStep == 0 ? 1 : n)
                        load(b, run.operands[1] + at * bStep, bBlock, bStep == 0 ? 1 : n)
                        row(aBlock, aStep, bBlock, bStep, cBlock, n)
                        ElementConversion.standard.convert(
                            cBlock, Result.storage, to: c.mutableBytes + (run.result + at) * c.dataType.byteWidth, c.dataType,
                            count: n)
                        at += n
                    }
                }
            }
        }
    }

    private func load(_ tensor: Tensor, _ index: Int, _ block: UnsafeMutablePointer<Operand>, _ count: Int) {
        ElementConversion.standard.convert(
            tensor.bytes + index * tensor.dataType.byteWidth, tensor.dataType, to: block, Operand.storage, count: count)
    }
}
