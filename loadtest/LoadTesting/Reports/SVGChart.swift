internal import Glibc

/// Powers and logarithms to base ten.
enum Tens {
    static func power(_ exponent: Double) -> Double { pow(10, exponent) }
    static func logarithm(_ value: Double) -> Double { log10(value) }
}

/// Curves in one coordinate system, as SVG whose colours the page decides.
struct SVGChart {
    var xLabel: String
    var yLabel: String
    var isLogarithmic = false
    var series: [(name: String, points: [(x: Double, y: Double)])] = []
    /// Labels of the x axis in place of round numbers.
    var xTicks: [(Double, String)] = []

    init(xLabel: String, yLabel: String, isLogarithmic: Bool = false) {
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.isLogarithmic = isLogarithmic
    }

    private static let width = 940.0
    private static let height = 260.0
    private static let left = 64.0
    private static let right = 16.0
    private static let top = 24.0
    private static let bottom = 36.0

    var svg: String {
        let points = series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite && (!isLogarithmic || $0.y > 0) }
        guard let xLow = points.map(\.x).min(), let xHigh = points.map(\.x).max() else { return "<p class=\"note\">no data</p>\n" }
        let yHigh = max(points.map(\.y).max() ?? 1, 1e-9)
        let yLow = isLogarithmic ? points.map(\.y).min() ?? 1e-9 : 0
        let (from, to) = yRange(yLow, yHigh)
        let xFrom = xTicks.isEmpty ? min(xLow, xLow > 0 && xLow < xHigh / 3 ? 0 : xLow) : 0
        let xTo = max(xHigh, xFrom + 1e-9)
        func x(_ value: Double) -> Double { Self.left + (value - xFrom) / (xTo - xFrom) * (Self.width - Self.left - Self.right) }
        func y(_ value: Double) -> Double {
            let part = isLogarithmic ? (Tens.logarithm(max(value, 1e-12)) - from) / (to - from) : (value - from) / (to - from)
            return Self.height - Self.bottom - part * (Self.height - Self.top - Self.bottom)
        }
        func n(_ value: Double) -> String { Decimals.fixed(value, 1) }
        var text = "<svg viewBox=\"0 0 \(n(Self.width)) \(n(Self.height))\" role=\"img\">\n"
        for tick in yTicks(from, to) {
            text +=
                "<line class=\"grid\" x1=\"\(n(Self.left))\" x2=\"\(n(Self.width - Self.right))\" y1=\"\(n(y(tick)))\" y2=\"\(n(y(tick)))\"/>"
            text += "<text x=\"\(n(Self.left - 8))\" y=\"\(n(y(tick) + 4))\" text-anchor=\"end\">\(label(tick))</text>\n"
        }
        let ticks = xTicks.isEmpty ? Self.roundTicks(xFrom, xTo).map { ($0, label($0)) } : xTicks.filter { $0.0 <= xTo + 1e-9 }
        for (value, name) in ticks {
            text += "<text x=\"\(n(x(value)))\" y=\"\(n(Self.height - Self.bottom + 16))\" text-anchor=\"middle\">\(name)</text>\n"
        }
        text += "<text x=\"\(n(Self.width - Self.right))\" y=\"\(n(Self.height - 4))\" text-anchor=\"end\">\(xLabel)</text>"
        text += "<text x=\"\(n(Self.left - 8))\" y=\"12\" text-anchor=\"end\">\(yLabel)</text>\n"
        for (index, curve) in series.enumerated() {
            var path = ""
            for point in curve.points where point.x.isFinite && point.y.isFinite && (!isLogarithmic || point.y > 0) {
                path += "\(path.isEmpty ? "M" : "L")\(n(x(point.x))) \(n(y(point.y)))"
            }
            text += "<path class=\"s\(index % 3)\" d=\"\(path)\"/>"
            text +=
                "<text class=\"k\(index % 3)\" x=\"\(n(Self.left + 8 + Double(index) * 90))\" y=\"14\">\(HTMLReport.escaped(curve.name))</text>\n"
        }
        return text + "</svg>\n"
    }

    /// The axis, in logarithms where it is logarithmic.
    private func yRange(_ low: Double, _ high: Double) -> (Double, Double) {
        guard isLogarithmic else { return (0, high * 1.08) }
        let from = Tens.logarithm(low).rounded(.down)
        return (from, max(from + 1, Tens.logarithm(high * 1.02)))
    }

    private func yTicks(_ from: Double, _ to: Double) -> [Double] {
        guard isLogarithmic else { return Self.roundTicks(from, to) }
        var ticks: [Double] = []
        for exponent in stride(from: from, through: to, by: 1) {
            let base = Tens.power(exponent)
            ticks.append(base)
            // Between powers of ten when few of them fit.
            if to - from < 2.5 { ticks += [base * 2, base * 5].filter { Tens.logarithm($0) <= to } }
        }
        return ticks
    }

    /// About six round numbers.
    private static func roundTicks(_ from: Double, _ to: Double) -> [Double] {
        let rough = (to - from) / 6
        guard rough > 0, rough.isFinite else { return [from] }
        let power = Tens.power(Tens.logarithm(rough).rounded(.down))
        let step = [1.0, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? rough
        return Array(stride(from: (from / step).rounded(.up) * step, through: to, by: step))
    }

    private func label(_ value: Double) -> String {
        if value >= 10_000 { return "\(Decimals.significant(value / 1000))k".replacingZeros }
        if value >= 1 || value == 0 { return Decimals.fixed(value, value == value.rounded() ? 0 : 1) }
        return Decimals.fixed(value, value < 0.01 ? 4 : 3).replacingZeros
    }
}

extension String {
    /// Without zeros at the end of a fraction.
    fileprivate var replacingZeros: String {
        guard contains(".") else { return self }
        let suffix = hasSuffix("k") ? "k" : ""
        var digits = suffix.isEmpty ? self : String(dropLast())
        while digits.hasSuffix("0") { digits.removeLast() }
        if digits.hasSuffix(".") { digits.removeLast() }
        return digits + suffix
    }
}
