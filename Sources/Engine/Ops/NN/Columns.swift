/// Copies the inputs under each window into columns, so that a convolution becomes a matrix product.
///
/// The matrix has one row per channel and tap, channels outermost, and one column per output position.
enum Columns {
    static func fill(
        _ x: UnsafePointer<Float>, channels: Int, _ window: Window, positions: Range<Int>, into columns: UnsafeMutablePointer<Float>
    ) { gather(x, channels, window, positions, columns, 0) }

    static func fill(
        _ x: UnsafePointer<Double>, channels: Int, _ window: Window, positions: Range<Int>, into columns: UnsafeMutablePointer<Double>
    ) { gather(x, channels, window, positions, columns, 0) }

    static func fill(
        _ x: UnsafePointer<UInt8>, channels: Int, _ window: Window, positions: Range<Int>, into columns: UnsafeMutablePointer<UInt8>,
        padding: UInt8
    ) { gather(x, channels, window, positions, columns, padding) }

    @inline(__always)
    private static func gather<E: BitwiseCopyable>(
        _ x: UnsafePointer<E>, _ channels: Int, _ window: Window, _ positions: Range<Int>, _ columns: UnsafeMutablePointer<E>, _ zero: E
    ) {
        guard let line = window.axes.last else { return }
        let (inputCount, kernelCount) = (window.inputCount, window.kernelCount)
        var row = columns
        for channel in 0..<channels {
            let plane = x + channel * inputCount
            for tap in 0..<kernelCount {
                let lineTap = tap % line.kernel
                let outerTap = tap / line.kernel
                let inside = line.outputs(lineTap)
                let offset = lineTap * line.dilation - line.padBegin
                var position = positions.lowerBound
                while position < positions.upperBound {
                    let (lineIndex, start) = position.quotientAndRemainder(dividingBy: line.output)
                    let end = min(line.output, start + positions.upperBound - position)
                    let target = row + (position - positions.lowerBound) - start
                    if let source = window.inputLine(tap: outerTap, output: lineIndex) {
                        let first = min(max(inside.lowerBound, start), end)
                        let last = max(first, min(inside.upperBound, end))
                        for i in start..<first { target[i] = zero }
                        let shifted = plane + source + offset
                        if line.stride == 1 {
                            (target + first).update(from: shifted + first, count: last - first)
                        } else {
                            for i in first..<last { target[i] = shifted[i * line.stride] }
                        }
                        for i in last..<end { target[i] = zero }
                    } else {
                        for i in start..<end { target[i] = zero }
                    }
                    position += end - start
                }
                row += positions.count
            }
        }
    }
}
