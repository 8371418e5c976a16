internal import Tensors

/// Applying a loop over elements of a compute type to tensors of any type.
enum ElementMap {
    /// Fills `output` from `input`, which has as many elements: `body` gets `count` elements to read and room for as many.
    ///
    /// The two regions that `body` gets are either the same or do not overlap.
    @inline(__always)
    static func run<T: ComputeElement, U: ComputeElement>(
        _ run: NodeRun, _ input: Tensor, _ output: Tensor, costPerElement: Int,
        _ body: (UnsafePointer<T>, UnsafeMutablePointer<U>, Int) -> Void
    ) {
        run.parallel(output.count, costPerPiece: costPerElement) { range in
            map(
                input.bytes + range.lowerBound * input.dataType.byteWidth, input.dataType,
                output.mutableBytes + range.lowerBound * output.dataType.byteWidth, output.dataType, range.count, body)
        }
    }

    @inline(__always)
    private static func map<T: ComputeElement, U: ComputeElement>(
        _ source: UnsafeRawPointer, _ sourceType: DataType, _ destination: UnsafeMutableRawPointer, _ type: DataType,
        _ count: Int, _ body: (UnsafePointer<T>, UnsafeMutablePointer<U>, Int) -> Void
    ) {
        if T.isStorage(of: sourceType), U.isStorage(of: type) {
            body(source.assumingMemoryBound(to: T.self), destination.assumingMemoryBound(to: U.self), count)
            return
        }
        let capacity = ElementConversion.blockCount
        withUnsafeTemporaryAllocation(of: T.self, capacity: capacity) { read in
            withUnsafeTemporaryAllocation(of: U.self, capacity: capacity) { written in
                guard let read = read.baseAddress, let written = written.baseAddress else { return }
                var at = 0
                while at < count {
                    let n = min(capacity, count - at)
                    ElementConversion.standard.convert(
                        source + at * sourceType.byteWidth, sourceType, to: read, T.storage, count: n)
                    body(read, written, n)
                    ElementConversion.standard.convert(
                        written, U.storage, to: destination + at * type.byteWidth, type, count: n)
                    at += n
                }
            }
        }
    }
}
