internal import Glibc
internal import Logging
internal import Monitoring

/// Writes the log to standard error, a line an entry, as text for people or as JSON for machines.
struct LineLogHandler: LogHandler {
    var format: GatewayConfiguration.LogFormat
    var metadata: Logger.Metadata = [:]
    /// A logger that sets a level of its own keeps to it; the others follow the switches.
    private var ownLevel: Logger.Level?
    private let switches: LogSwitches

    init(format: GatewayConfiguration.LogFormat, switches: LogSwitches) {
        self.format = format
        self.switches = switches
    }

    var logLevel: Logger.Level {
        get { ownLevel ?? switches.level }
        set { ownLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        guard switches.lets(event.level) else { return }
        let fields = metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }).sorted { $0.key < $1.key }
        let line = LogLine.now(
            LogLine.Level(rawValue: event.level.rawValue) ?? .info, event.message.description,
            fields: fields.map { ($0.key, .string($0.value.description)) })
        let text = Array(((format == .json ? line.json : line.text) + "\n").utf8)
        // One write a line, so that lines of several threads do not mix.
        text.withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
