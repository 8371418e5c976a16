/// One line of a log: when, how serious, what, and the facts beside it. Renders as text for people or as JSON for machines.
public struct LogLine: Sendable {
    public enum Level: String, Sendable, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }

    public enum Value: Sendable {
        case string(String)
        case int(Int64)
        case double(Double)
        case bool(Bool)
    }

    /// Nanoseconds since 1970.
    public var timeNanos: Int64
    public var level: Level
    public var message: String
    public var fields: [(name: String, value: Value)]

    public init(timeNanos: Int64, level: Level, _ message: String, fields: [(name: String, value: Value)] = []) {
        self.timeNanos = timeNanos
        self.level = level
        self.message = message
        self.fields = fields
    }

    /// `2026-01-31T12:00:00.000Z info message name=value other="two words"`, without a line end. Control characters are escaped, so that
    /// nothing from outside can forge a line.
    public var text: String {
        var line = "\(Timestamp(nanos: timeNanos)) \(level.rawValue) \(Self.printable(message))"
        for (name, value) in fields { line += " \(name)=\(Self.text(value))" }
        return line
    }

    /// One JSON object, without a line end. Later fields of a name that is taken are kept under `name_2` and so on.
    public var json: String {
        var line = "{\"time\":\"\(Timestamp(nanos: timeNanos))\",\"level\":\"\(level.rawValue)\",\"message\":\(JSONString(message))"
        var taken: Set<String> = ["time", "level", "message"]
        for (name, value) in fields {
            var unique = name
            var count = 2
            while !taken.insert(unique).inserted {
                unique = "\(name)_\(count)"
                count += 1
            }
            line += ",\(JSONString(unique)):\(Self.json(value))"
        }
        return line + "}"
    }

    private static func text(_ value: Value) -> String {
        switch value {
        case .int(let value): return String(value)
        case .double(let value): return String(value)
        case .bool(let value): return String(value)
        case .string(let value):
            let isPlain = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") }
            return isPlain ? value : JSONString(value).description
        }
    }

    private static func json(_ value: Value) -> String {
        switch value {
        case .int(let value): String(value)
        case .double(let value): value.isFinite ? String(value) : JSONString(String(value)).description
        case .bool(let value): String(value)
        case .string(let value): JSONString(value).description
        }
    }

    private static func printable(_ message: String) -> String {
        guard message.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else { return message }
        let quoted = JSONString(message).description
        return String(quoted.dropFirst().dropLast())
    }
}

/// Text as JSON writes it, quotes included.
struct JSONString: CustomStringConvertible {
    let description: String

    init(_ text: String) {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case let control where control.value < 0x20 || control.value == 0x7F:
                let hex = String(control.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        description = result + "\""
    }
}
