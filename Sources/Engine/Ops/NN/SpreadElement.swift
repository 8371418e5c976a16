/// A type whose columns can be added back to the positions they came from.
protocol SpreadElement: Real {
    /// Adds columns [taps, window outputs] to y [window inputs]: the reverse of ``Columns``, taps in order.
    static func spread(_ columns: UnsafePointer<Self>, _ window: Window, _ y: UnsafeMutablePointer<Self>)
}

extension Float: SpreadElement {
    static func spread(_ columns: UnsafePointer<Float>, _ window: Window, _ y: UnsafeMutablePointer<Float>) { add(columns, window, y) }
}

extension Double: SpreadElement {
    static func spread(_ columns: UnsafePointer<Double>, _ window: Window, _ y: UnsafeMutablePointer<Double>) { add(columns, window, y) }
}

@inline(__always)
private func add<T: Real>(_ columns: UnsafePointer<T>, _ window: Window, _ y: UnsafeMutablePointer<T>) {
    guard let line = window.axes.last, window.outputCount > 0 else { return }
    var row = columns
    for tap in 0..<window.kernelCount {
        let lineTap = tap % line.kernel
        let inside = line.outputs(lineTap)
        for index in 0..<window.outputCount / line.output {
            guard let offset = window.inputLine(tap: tap / line.kernel, output: index) else { continue }
            let target = y + offset + lineTap * line.dilation - line.padBegin
            let source = row + index * line.output
            for i in inside { target[i * line.stride] += source[i] }
        }
        row += window.outputCount
    }
}
