internal import Glibc
public import Logging

/// Log lines as JSON objects, one a line, on standard error.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(
        level: Logger.Level, message: Logger.Message, metadata: Logger.Metadata?, source: String, file: String, function: String, line: UInt
    ) {
        var text = "{\"time\":\(Self.now()),\"level\":\"\(level.rawValue)\",\"message\":\(Self.quoted("\(message)"))"
        for (key, value) in self.metadata.merging(metadata ?? [:], uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
            text += ",\(Self.quoted(key)):\(Self.quoted("\(value)"))"
        }
        text += "}\n"
        text.withCString { _ = fputs($0, stderr) }
    }

    /// Seconds since 1970, to the millisecond.
    private static func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let millis = String(time.tv_nsec / 1_000_000 + 1000).dropFirst()
        return "\(time.tv_sec).\(millis)"
    }

    private static func quoted(_ string: String) -> String {
        var text = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case let control where control.value < 0x20:
                let digits = String(control.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
