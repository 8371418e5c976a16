/// For every position of a resized axis, the positions of the input it draws on and their weights.
struct ResampledAxis {
    let extent: ResizeExtent
    /// Taps for each position of the output.
    let taps: Int
    /// Input positions, inside the input; `taps` for each output position.
    private(set) var positions: [Int] = []
    private(set) var weights: [Float] = []
    /// Output positions that lie outside the input and take a fixed value; empty when there are none.
    private(set) var outside: [Bool] = []

    init(_ extent: ResizeExtent, _ settings: ResizeSettings) {
        self.extent = extent
        let shrink = settings.antialiases ? max(1 / extent.scale, 1) : 1
        switch settings.mode {
        case .nearest: taps = 1
        case .linear: taps = Self.span(1 * shrink)
        case .cubic: taps = Self.span(2 * shrink)
        }
        positions.reserveCapacity(extent.output * taps)
        weights.reserveCapacity(extent.output * taps)
        if settings.transformation == .cropAndResize { outside.reserveCapacity(extent.output) }
        for output in 0..<extent.output {
            let x = Self.coordinate(output, extent, settings.transformation)
            if settings.transformation == .cropAndResize { outside.append(!(x >= 0 && x <= Float(extent.input - 1))) }
            switch settings.mode {
            case .nearest:
                positions.append(clamped(Self.nearest(x, extent, settings.rounding)))
                weights.append(1)
            case .linear, .cubic: appendTaps(around: x, shrink, settings)
            }
        }
    }

    /// Taps that reach `radius` to either side of a coordinate.
    private static func span(_ radius: Float) -> Int { 2 * Int(min(radius, 1e9).rounded(.up)) }

    /// Where output position `output` lies in the input.
    private static func coordinate(_ output: Int, _ extent: ResizeExtent, _ transformation: ResizeSettings.Transformation) -> Float {
        let x = Float(output)
        let (last, length) = (Float(extent.input - 1), extent.scale * Float(extent.input))
        switch transformation {
        case .halfPixel: return (x + 0.5) / extent.scale - 0.5
        case .pytorchHalfPixel: return extent.output > 1 ? (x + 0.5) / extent.scale - 0.5 : 0
        case .halfPixelForNearest: return (x + 0.5) / extent.scale
        case .asymmetric: return x / extent.scale
        // The length before it was rounded down to whole positions decides the step.
        case .alignCorners: return length == 1 ? 0 : x * last / (length - 1)
        case .halfPixelSymmetric:
            let offset = Float(extent.input) / 2 * (1 - Float(extent.output) / length)
            return offset + (x + 0.5) / extent.scale - 0.5
        case .cropAndResize:
            if extent.output <= 1 { return (extent.start + extent.end) * last / 2 }
            return extent.start * last + x * (extent.end - extent.start) * last / (length - 1)
        }
    }

    private static func nearest(_ x: Float, _ extent: ResizeExtent, _ rounding: ResizeSettings.Rounding) -> Float {
        switch rounding {
        case .floor: x.rounded(.down)
        case .ceiling: x.rounded(.up)
        case .preferFloor: (x - 0.5).rounded(.up)
        case .preferCeiling: (x + 0.5).rounded(.down)
        case .bySize: extent.scale < 1 ? x.rounded(.up) : x.rounded(.down)
        }
    }

    /// The position inside the input nearest to a whole number.
    private func clamped(_ position: Float) -> Int {
        position > 0 ? Int(min(position, Float(extent.input - 1))) : 0
    }

    private mutating func appendTaps(around x: Float, _ shrink: Float, _ settings: ResizeSettings) {
        let floor = x.rounded(.down)
        let ratio = x - floor
        let first = -(taps / 2 - 1)
        var sum: Float = 0
        let begin = weights.count
        for tap in 0..<taps {
            let offset = Float(first + tap)
            let place = floor + offset
            var weight = Self.kernel((offset - ratio) / shrink, settings)
            if settings.excludesOutside, place < 0 || place > Float(extent.input - 1) { weight = 0 }
            sum += weight
            positions.append(clamped(place))
            weights.append(weight)
        }
        guard settings.excludesOutside || settings.antialiases, sum != 0 else { return }
        for tap in begin..<weights.count { weights[tap] /= sum }
    }

    /// The weight of an element at a distance from the coordinate.
    private static func kernel(_ distance: Float, _ settings: ResizeSettings) -> Float {
        let d = abs(distance)
        if settings.mode == .linear { return max(1 - d, 0) }
        let a = settings.cubicCoefficient
        if d <= 1 { return ((a + 2) * d - (a + 3)) * d * d + 1 }
        if d < 2 { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a }
        return 0
    }
}
