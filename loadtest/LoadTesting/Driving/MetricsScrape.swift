/// A page of Prometheus' metrics: each name with the sum of its samples.
package struct MetricsScrape: Sendable {
    package private(set) var values: [String: Double] = [:]

    /// Lines that are no samples are passed over.
    package init(text: String) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            // NAME{labels} VALUE [time]: labels may hold spaces and braces within quotes.
            let name = line.prefix { $0 != "{" && $0 != " " }
            var rest = line.dropFirst(name.count)
            if rest.first == "{" {
                guard let end = Self.endOfLabels(rest) else { continue }
                rest = rest[end...]
            }
            guard let number = rest.split(separator: " ").first.flatMap({ Double($0) }), number.isFinite else { continue }
            values[String(name), default: 0] += number
        }
    }

    private static func endOfLabels(_ text: Substring) -> Substring.Index? {
        var isQuoted = false
        var isEscaped = false
        for index in text.indices {
            let character = text[index]
            if isEscaped {
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
            } else if character == "}", !isQuoted {
                return text.index(after: index)
            }
        }
        return nil
    }
}
