internal import Tensors

/// The logarithm of a sum of exponentials, each taken relative to the largest so that none overflows.
enum LogSumExp {
    static func reduce<R: RealElement & SIMDScalar>(
        _ run: NodeRun, _ x: UnsafePointer<R>, _ count: Int, _ layout: ReductionLayout, into y: UnsafeMutablePointer<R>,
        _ outputCount: Int
    ) {
        RealMaximum<R>.reduce(run, x, layout, into: y)
        let stride = MemoryLayout<R>.stride
        let exponentials = run.scratch(byteCount: count * stride).assumingMemoryBound(to: R.self)
        let sums = run.scratch(byteCount: outputCount * stride).assumingMemoryBound(to: R.self)
        let offsets = layout.reducedOffsets()
        run.parallel(layout.outerCount, costPerPiece: 20 * layout.reducedCount * layout.innerWidth) { range in
            for outer in range {
                let start = layout.start(outer)
                let largest = y + outer * layout.innerWidth
                for offset in offsets {
                    let from = x + start + offset
                    let to = exponentials + start + offset
                    for index in 0..<layout.innerLength * layout.innerWidth {
                        // An infinite largest would give NaN against itself.
                        let reference = largest[layout.innerWidth == 1 ? 0 : index]
                        to[index] = R.exp(from[index] - (reference.isInfinite ? 0 : reference))
                    }
                }
            }
        }
        RealSum<R>.reduce(run, exponentials, layout, into: sums)
        for index in 0..<outputCount {
            let reference = y[index].isInfinite ? 0 : y[index]
            y[index] = reference + R.log(sums[index])
        }
    }
}
