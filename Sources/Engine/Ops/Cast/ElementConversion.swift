internal import Kernels
internal import Tensors

/// Conversion of numeric elements from any type to any other.
///
/// Floats round to nearest even. A float that an integer type cannot hold gives what the common processors give: the
/// lowest value of the 32- or 64-bit conversion, cut to width. Integers are cut to width.
struct ElementConversion: Sendable {
    /// Whether an 8-bit float that would overflow becomes the largest finite value.
    var saturate = true
    var exponentRounding = Float8E8M0.Rounding.up

    /// How results are rounded where an operator says nothing of it.
    static let standard = ElementConversion()

    /// Converts `count` elements. The two regions may be the same only when the types are equally wide.
    /// Neither type may be `string` or complex, which have no numeric reading.
    func convert(
        _ source: UnsafeRawPointer, _ sourceType: DataType, to destination: UnsafeMutableRawPointer, _ type: DataType, count: Int
    ) {
        if sourceType == type {
            if source != UnsafeRawPointer(destination) {
                destination.copyMemory(from: source, byteCount: count * type.byteWidth)
            }
            return
        }
        if convertByKernel(source, sourceType, destination, type, count) { return }
        switch sourceType.computeKind {
        case .float:
            convertBlocks(source, sourceType, destination, type, count) { (block: UnsafePointer<Float>, at, n) in
                storeReals(block, destination + at * type.byteWidth, type, n)
            }
        case .double:
            storeReals(source.assumingMemoryBound(to: Double.self), destination, type, count)
        case .signed:
            convertBlocks(source, sourceType, destination, type, count) { (block: UnsafePointer<Int64>, at, n) in
                storeIntegers(block, destination + at * type.byteWidth, type, n)
            }
        case .unsigned:
            convertBlocks(source, sourceType, destination, type, count) { (block: UnsafePointer<UInt64>, at, n) in
                storeIntegers(block, destination + at * type.byteWidth, type, n)
            }
        case nil:
            preconditionFailure("no numeric reading")
        }
    }

    static let blockCount = 512

    /// Converts the pairs that models convert most by vectors; false for every other pair.
    private func convertByKernel(
        _ source: UnsafeRawPointer, _ sourceType: DataType, _ destination: UnsafeMutableRawPointer, _ type: DataType, _ count: Int
    ) -> Bool {
        let kernels = Kernels.table.conversion
        switch (sourceType, type) {
        case (.float16, .float32):
            kernels.halfToFloat(source.assumingMemoryBound(to: UInt16.self), destination.assumingMemoryBound(to: Float.self), count)
        case (.float32, .float16):
            kernels.floatToHalf(source.assumingMemoryBound(to: Float.self), destination.assumingMemoryBound(to: UInt16.self), count)
        case (.bfloat16, .float32):
            kernels.brainToFloat(source.assumingMemoryBound(to: UInt16.self), destination.assumingMemoryBound(to: Float.self), count)
        case (.float32, .bfloat16):
            kernels.floatToBrain(source.assumingMemoryBound(to: Float.self), destination.assumingMemoryBound(to: UInt16.self), count)
        case (.uint8, .float32), (.int8, .float32):
            Kernels.table.integer.dequantize(
                source.assumingMemoryBound(to: UInt8.self), sourceType == .int8, 1, 0, destination.assumingMemoryBound(to: Float.self), count)
        case (.int32, .float32):
            Kernels.table.integer.dequantizeSums(
                source.assumingMemoryBound(to: Int32.self), 1, nil, nil, .identity, destination.assumingMemoryBound(to: Float.self), count)
        case (.bool, .float32): convertLoop(source, destination, count) { (x: UInt8) -> Float in x == 0 ? 0 : 1 }
        case (.int32, .int64): convertLoop(source, destination, count) { (x: Int32) in Int64(x) }
        case (.int64, .int32): convertLoop(source, destination, count) { (x: Int64) in Int32(truncatingIfNeeded: x) }
        case (.int64, .float32): convertLoop(source, destination, count) { (x: Int64) in Float(x) }
        default: return false
        }
        return true
    }

    private func convertBlocks<T: ComputeElement & LoadableElement>(
        _ source: UnsafeRawPointer, _ sourceType: DataType, _ destination: UnsafeMutableRawPointer, _ type: DataType,
        _ count: Int, _ store: (UnsafePointer<T>, Int, Int) -> Void
    ) {
        if T.isStorage(of: sourceType) {
            store(source.assumingMemoryBound(to: T.self), 0, count)
            return
        }
        if T.isStorage(of: type) {
            T.load(source, sourceType, into: destination.assumingMemoryBound(to: T.self), count: count)
            return
        }
        withUnsafeTemporaryAllocation(of: T.self, capacity: Self.blockCount) { block in
            guard let base = block.baseAddress else { return }
            var at = 0
            while at < count {
                let n = min(Self.blockCount, count - at)
                T.load(source + at * sourceType.byteWidth, sourceType, into: base, count: n)
                store(base, at, n)
                at += n
            }
        }
    }
}

/// A compute type that can read the narrower types of its kind without loss.
protocol LoadableElement {
    static func load(
        _ source: UnsafeRawPointer, _ type: DataType, into block: UnsafeMutablePointer<Self>, count: Int)
}

@inline(__always)
func convertLoop<S: BitwiseCopyable, D: BitwiseCopyable>(
    _ source: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer, _ count: Int, _ convert: (S) -> D
) {
    let source = source.assumingMemoryBound(to: S.self)
    let destination = destination.assumingMemoryBound(to: D.self)
    for index in 0..<count { destination[index] = convert(source[index]) }
}
