/// How a window slides along one axis.
struct WindowAxis: Sendable {
    var input: Int
    var output: Int
    var kernel: Int
    var stride: Int
    var dilation: Int
    /// Positions before and after the input; negative crops.
    var padBegin: Int
    var padEnd: Int

    /// Where tap `tap` of the window for `output` reads; outside `0..<input` is padding.
    @inline(__always)
    func position(_ output: Int, _ tap: Int) -> Int { output * stride - padBegin + tap * dilation }

    /// The taps of the window for `output` that fall inside the input.
    @inline(__always)
    func taps(_ output: Int) -> Range<Int> {
        let start = output * stride - padBegin
        let first = start >= 0 ? 0 : (-start + dilation - 1) / dilation
        let end = start >= input ? 0 : (input - start - 1) / dilation + 1
        return first..<max(first, min(kernel, end))
    }

    /// The outputs whose tap `tap` falls inside the input.
    @inline(__always)
    func outputs(_ tap: Int) -> Range<Int> {
        let offset = tap * dilation - padBegin
        let first = offset >= 0 ? 0 : (-offset + stride - 1) / stride
        let end = offset >= input ? 0 : (input - offset - 1) / stride + 1
        let begin = min(first, output)
        return begin..<max(begin, min(output, end))
    }
}

/// A window over all spatial axes, outermost first.
struct Window: Sendable {
    var axes: [WindowAxis]

    var kernelCount: Int { axes.reduce(1) { $0 * $1.kernel } }
    var inputCount: Int { axes.reduce(1) { $0 * $1.input } }
    var outputCount: Int { axes.reduce(1) { $0 * $1.output } }
    var output: [Int] { axes.map(\.output) }
}

extension Window {
    /// The axes but the last.
    var outerAxes: ArraySlice<WindowAxis> { axes.dropLast() }

    /// Where the line of the input starts that tap `tap` of the outer axes reads for line `index` of the output; nil in the padding.
    func inputLine(tap: Int, output index: Int) -> Int? {
        guard let line = axes.last else { return nil }
        var (tap, index, offset, step) = (tap, index, 0, line.input)
        var axis = axes.count - 2
        while axis >= 0 {
            let current = axes[axis]
            let position = current.position(index % current.output, tap % current.kernel)
            if position < 0 || position >= current.input { return nil }
            offset += position * step
            step *= current.input
            tap /= current.kernel
            index /= current.output
            axis -= 1
        }
        return offset
    }
}

extension Window {
    /// Visits the taps of the outputs of line `index` in order: which outputs of the line see the tap inside the input, and
    /// where the element for output 0 would be, so that output `i` reads at `start + i·stride`.
    func forEachTap(line index: Int, _ body: (_ inside: Range<Int>, _ start: Int) -> Void) {
        guard let line = axes.last else { return }
        for outer in 0..<kernelCount / line.kernel {
            guard let offset = inputLine(tap: outer, output: index) else { continue }
            for tap in 0..<line.kernel {
                let inside = line.outputs(tap)
                if !inside.isEmpty { body(inside, offset + tap * line.dilation - line.padBegin) }
            }
        }
    }
}
