/// Finds which elements of an image a normalised coordinate draws on, and with what weights.
struct GridSampler {
    enum Mode: Sendable {
        case nearest, linear, cubic
    }

    enum Padding: Sendable {
        case zeros, border, reflection
    }

    struct Settings: Sendable {
        let mode: Mode
        let padding: Padding
        let alignsCorners: Bool

        init(_ node: Node) throws(EngineError) {
            switch try node.string("mode", default: "linear") {
            case "nearest": mode = .nearest
            case "linear", "bilinear": mode = .linear
            case "cubic", "bicubic": mode = .cubic
            case let other: throw node.malformed("attribute 'mode' is '\(other)'")
            }
            switch try node.string("padding_mode", default: "zeros") {
            case "zeros": padding = .zeros
            case "border": padding = .border
            case "reflection": padding = .reflection
            case let other: throw node.malformed("attribute 'padding_mode' is '\(other)'")
            }
            alignsCorners = try node.bool("align_corners", default: false)
        }
    }

    struct Taps<T: Real> {
        var offsets: [Int] = []
        var weights: [T] = []
    }

    let settings: Settings
    let extents: [Int]

    /// The taps for one point, its axes outermost first, each from -1 to 1 over the image.
    func find<T: Real>(_ point: [T], _ taps: inout Taps<T>) {
        taps.offsets.removeAll(keepingCapacity: true)
        taps.weights.removeAll(keepingCapacity: true)
        taps.offsets.append(0)
        taps.weights.append(1)
        for (axis, extent) in extents.enumerated() { extend(&taps, along: extent, point[axis]) }
    }

    /// Combines every tap so far with those along one more axis.
    private func extend<T: Real>(_ taps: inout Taps<T>, along extent: Int, _ normalized: T) {
        var x = settings.alignsCorners ? (normalized + 1) / 2 * T(extent - 1) : ((normalized + 1) * T(extent) - 1) / 2
        if settings.mode == .nearest { x.round(.toNearestOrEven) }
        // A cubic reaches past the border from inside already: its taps are brought back one by one.
        if settings.mode != .cubic { x = inside(x, extent) }
        // Far outside, and for a NaN, only the padding counts; where exactly no longer matters.
        if !(abs(x) < T(1 << 30)) { x = x > 0 ? T(1 << 30) : -T(1 << 30) }
        let floor = x.rounded(.down)
        let first = Int(floor)
        let (offsets, weights) = (taps.offsets, taps.weights)
        taps.offsets.removeAll(keepingCapacity: true)
        taps.weights.removeAll(keepingCapacity: true)
        let (begin, count) = settings.mode == .nearest ? (first, 1) : settings.mode == .linear ? (first, 2) : (first - 1, 4)
        for tap in 0..<count {
            let weight = settings.mode == .nearest ? 1 : Self.kernel(abs(T(begin + tap) - x), settings.mode)
            guard let position = padded(begin + tap, extent) else { continue }
            for index in offsets.indices {
                taps.offsets.append(offsets[index] * extent + position)
                taps.weights.append(weights[index] * weight)
            }
        }
    }

    private static func kernel<T: Real>(_ d: T, _ mode: Mode) -> T {
        if mode == .linear { return max(1 - d, 0) }
        let a: T = -0.75
        if d <= 1 { return ((a + 2) * d - (a + 3)) * d * d + 1 }
        if d < 2 { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a }
        return 0
    }

    /// A coordinate brought inside the image as the padding asks for.
    private func inside<T: Real>(_ x: T, _ extent: Int) -> T {
        let low: T = settings.alignsCorners ? 0 : -0.5
        let high = settings.alignsCorners ? T(extent - 1) : T(extent) - 0.5
        if x >= low, x <= high { return x }
        switch settings.padding {
        case .zeros: return x
        case .border: return max(0, min(x, T(extent - 1)))
        case .reflection: return Self.reflect(x, low, high)
        }
    }

    private static func reflect<T: Real>(_ x: T, _ low: T, _ high: T) -> T {
        let range = high - low
        guard range > 0, x.isFinite else { return low }
        let distance = x < low ? low - x : x - high
        guard distance > 0 else { return x }
        let periods = (distance / range).rounded(.down)
        let rest = distance - periods * range
        let isEven = periods.truncatingRemainder(dividingBy: 2) == 0
        return (x < low) == isEven ? low + rest : high - rest
    }

    /// The position that stands for one outside the image; nil where it counts as zero.
    private func padded(_ position: Int, _ extent: Int) -> Int? {
        if position >= 0, position < extent { return position }
        if extent == 0 { return nil }
        switch settings.padding {
        case .zeros: return nil
        case .border: return max(0, min(position, extent - 1))
        case .reflection:
            let low = settings.alignsCorners ? 0 : -0.5
            let high = settings.alignsCorners ? Double(extent - 1) : Double(extent) - 0.5
            return max(0, min(Int(Self.reflect(Double(position), low, high)), extent - 1))
        }
    }
}
