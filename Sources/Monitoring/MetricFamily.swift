/// Metrics of one name, as a scrape shows them.
public struct MetricFamily: Sendable {
    public enum Kind: String, Sendable {
        case counter
        case gauge
        case histogram
    }

    /// One line of the family, or for a histogram one set of lines.
    public struct Sample: Sendable {
        public var labels: [(name: String, value: String)]
        public var value: Value

        public init(labels: [(name: String, value: String)] = [], _ value: Value) {
            self.labels = labels
            self.value = value
        }
    }

    public enum Value: Sendable {
        case integer(UInt64)
        case number(Double)
        /// Buckets as cumulative counts by upper bound; the bound of infinity is implied.
        case histogram(buckets: [(bound: Double, count: UInt64)], sum: Double, count: UInt64)
    }

    public let name: String
    public let help: String
    public let kind: Kind
    public var samples: [Sample]

    /// - Parameters:
    ///   - name: letters, digits, underscores and colons; counters end in `_total` by custom.
    ///   - help: one line that says what is counted and in which unit.
    public init(name: String, help: String, kind: Kind, samples: [Sample] = []) {
        self.name = name
        self.help = help
        self.kind = kind
        self.samples = samples
    }
}

extension MetricFamily.Value {
    /// A histogram of durations that were recorded in nanoseconds, in seconds, from one microsecond to a minute.
    public static func seconds(_ snapshot: Histogram.Snapshot) -> Self {
        .histogram(
            buckets: snapshot.cumulative(lowest: 10, highest: 36).map { (Double($0.bound) / 1e9, $0.count) },
            sum: Double(snapshot.sum) / 1e9, count: snapshot.count)
    }

    /// A histogram of plain numbers, such as rows, from 1 to `2^highest`.
    public static func sizes(_ snapshot: Histogram.Snapshot, highest: Int) -> Self {
        .histogram(
            buckets: snapshot.cumulative(lowest: 0, highest: highest).map { (Double($0.bound), $0.count) },
            sum: Double(snapshot.sum), count: snapshot.count)
    }
}
