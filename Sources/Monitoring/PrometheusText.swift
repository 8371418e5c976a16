/// Writes metrics in Prometheus' text format, version 0.0.4.
public enum PrometheusText {
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The families in the order given, samples in theirs. A family without samples is left out.
    public static func render(_ families: [MetricFamily]) -> String {
        var text = ""
        for family in families where !family.samples.isEmpty {
            text += "# HELP \(family.name) \(escapedHelp(family.help))\n# TYPE \(family.name) \(family.kind.rawValue)\n"
            for sample in family.samples { append(sample, of: family, to: &text) }
        }
        return text
    }

    private static func append(_ sample: MetricFamily.Sample, of family: MetricFamily, to text: inout String) {
        switch sample.value {
        case .integer(let value): text += "\(family.name)\(labels(sample.labels)) \(value)\n"
        case .number(let value): text += "\(family.name)\(labels(sample.labels)) \(number(value))\n"
        case .histogram(let buckets, let sum, let count):
            for bucket in buckets where bucket.bound.isFinite {
                text += "\(family.name)_bucket\(labels(sample.labels + [("le", number(bucket.bound))])) \(bucket.count)\n"
            }
            text += "\(family.name)_bucket\(labels(sample.labels + [("le", "+Inf")])) \(count)\n"
            text += "\(family.name)_sum\(labels(sample.labels)) \(number(sum))\n"
            text += "\(family.name)_count\(labels(sample.labels)) \(count)\n"
        }
    }

    private static func labels(_ labels: [(name: String, value: String)]) -> String {
        if labels.isEmpty { return "" }
        return "{" + labels.map { "\($0.name)=\"\(escapedLabel($0.value))\"" }.joined(separator: ",") + "}"
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if value == value.rounded(), value.magnitude < 1e15 { return String(Int64(value)) }
        return String(value)
    }

    private static func escapedHelp(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func escapedLabel(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"": result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
