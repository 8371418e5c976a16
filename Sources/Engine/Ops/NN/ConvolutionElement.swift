internal import Tensors

/// A type that convolutions are computed in.
protocol ConvolutionElement: Real {
    /// y = x * w + bias over contiguous [N, C, spatial…], [M, C/group, kernel…], [M].
    static func convolve(
        _ run: NodeRun, _ sizes: ConvolutionSizes, _ x: UnsafePointer<Self>, _ w: UnsafePointer<Self>, _ bias: UnsafePointer<Self>?,
        _ y: UnsafeMutablePointer<Self>)

    static func columns(
        _ x: UnsafePointer<Self>, _ channels: Int, _ window: Window, _ positions: Range<Int>, _ columns: UnsafeMutablePointer<Self>)
}

extension Float: ConvolutionElement {
    static func convolve(
        _ run: NodeRun, _ sizes: ConvolutionSizes, _ x: UnsafePointer<Float>, _ w: UnsafePointer<Float>, _ bias: UnsafePointer<Float>?,
        _ y: UnsafeMutablePointer<Float>
    ) {
        byProducts(run, sizes, x, w, bias, y)
    }

    static func columns(
        _ x: UnsafePointer<Float>, _ channels: Int, _ window: Window, _ positions: Range<Int>, _ columns: UnsafeMutablePointer<Float>
    ) { Columns.fill(x, channels: channels, window, positions: positions, into: columns) }
}

extension Double: ConvolutionElement {
    static func convolve(
        _ run: NodeRun, _ sizes: ConvolutionSizes, _ x: UnsafePointer<Double>, _ w: UnsafePointer<Double>, _ bias: UnsafePointer<Double>?,
        _ y: UnsafeMutablePointer<Double>
    ) {
        if sizes.channels == 1, sizes.maps == 1 {
            depthwise(run, sizes, x, w, bias, y)
        } else {
            byProducts(run, sizes, x, w, bias, y)
        }
    }

    static func columns(
        _ x: UnsafePointer<Double>, _ channels: Int, _ window: Window, _ positions: Range<Int>, _ columns: UnsafeMutablePointer<Double>
    ) { Columns.fill(x, channels: channels, window, positions: positions, into: columns) }
}

/// One product per image, group and block of positions.
private func byProducts<T: ConvolutionElement>(
    _ run: NodeRun, _ sizes: ConvolutionSizes, _ x: UnsafePointer<T>, _ w: UnsafePointer<T>, _ bias: UnsafePointer<T>?,
    _ y: UnsafeMutablePointer<T>
) {
    let (outputs, inputs, depth) = (sizes.window.outputCount, sizes.window.inputCount, sizes.depth)
    let block = sizes.positionsPerBlock
    let blocks = (outputs + block - 1) / block
    run.parallel(sizes.batch * sizes.group * blocks, costPerPiece: 2 &* sizes.maps &* depth &* block) { pieces in
        LaneScratch.with(T.self, count: depth * block) { columns in
            for piece in pieces {
                let (image, index) = piece.quotientAndRemainder(dividingBy: blocks)
                let group = image % sizes.group
                let positions = index * block..<min(outputs, (index + 1) * block)
                let source = x + image * sizes.channels * inputs
                let target = y + image * sizes.maps * outputs + positions.lowerBound
                var problem = MatrixMultiply(m: sizes.maps, n: positions.count, k: depth)
                problem.cRow = outputs
                let weights = w + group * sizes.maps * depth
                T.columns(source, sizes.channels, sizes.window, positions, columns)
                T.multiply(problem, weights, UnsafePointer(columns), target)
                guard let bias else { continue }
                for map in 0..<sizes.maps {
                    let (value, line) = (bias[group * sizes.maps + map], target + map * outputs)
                    for i in 0..<positions.count { line[i] += value }
                }
            }
        }
    }
}

/// One channel in, one map out: each line of the output gathers its taps in order.
@inline(__always)
private func depthwise<T: Real>(
    _ run: NodeRun, _ sizes: ConvolutionSizes, _ x: UnsafePointer<T>, _ w: UnsafePointer<T>, _ bias: UnsafePointer<T>?,
    _ y: UnsafeMutablePointer<T>
) {
    let window = sizes.window
    let line = window.axes[window.axes.count - 1]
    let (inputs, outputs, taps) = (window.inputCount, window.outputCount, window.kernelCount)
    guard outputs > 0 else { return }
    run.parallel(sizes.batch * sizes.group, costPerPiece: 2 &* taps &* outputs) { planes in
        for plane in planes {
            let (source, target) = (x + plane * inputs, y + plane * outputs)
            let weights = w + plane % sizes.group * taps
            target.update(repeating: 0, count: outputs)
            for row in 0..<outputs / line.output {
                let sums = target + row * line.output
                for outerTap in 0..<taps / line.kernel {
                    guard let offset = window.inputLine(tap: outerTap, output: row) else { continue }
                    for lineTap in 0..<line.kernel {
                        let weight = weights[outerTap * line.kernel + lineTap]
                        let values = source + offset + lineTap * line.dilation - line.padBegin
                        let inside = line.outputs(lineTap)
                        if line.stride == 1 {
                            for i in inside { sums[i] += weight * values[i] }
                        } else {
                            for i in inside { sums[i] += weight * values[i * line.stride] }
                        }
                    }
                }
            }
            if let bias {
                let value = bias[plane % sizes.group]
                for i in 0..<outputs { target[i] += value }
            }
        }
    }
}
