internal import Client

/// Builds an indented JSON document from known parts.
struct JSONWriter {
    private(set) var text = ""
    private var depth = 0
    private var isFirst = true

    mutating func object(_ key: String? = nil, _ body: (inout JSONWriter) -> Void) { container(key, "{", "}", body) }
    mutating func array(_ key: String? = nil, _ body: (inout JSONWriter) -> Void) { container(key, "[", "]", body) }

    mutating func number(_ key: String? = nil, _ value: Double, places: Int = 3) {
        write(key, value.isFinite ? Self.trimmed(Decimals.fixed(value, places)) : "null")
    }

    mutating func number(_ key: String? = nil, _ value: some BinaryInteger) { write(key, "\(value)") }
    mutating func bool(_ key: String? = nil, _ value: Bool) { write(key, value ? "true" : "false") }
    mutating func string(_ key: String? = nil, _ value: String) { write(key, JSONText.quoted(value)) }
    mutating func null(_ key: String? = nil) { write(key, "null") }

    private static func trimmed(_ number: String) -> String {
        guard number.contains(".") else { return number }
        var number = number
        while number.last == "0" { number.removeLast() }
        if number.last == "." { number.removeLast() }
        return number
    }

    private mutating func write(_ key: String?, _ value: String) {
        separate()
        if let key { text += JSONText.quoted(key) + ": " }
        text += value
    }

    private mutating func separate() {
        if depth > 0 { text += (isFirst ? "\n" : ",\n") + String(repeating: "  ", count: depth) }
        isFirst = false
    }

    private mutating func container(_ key: String?, _ open: String, _ close: String, _ body: (inout JSONWriter) -> Void) {
        write(key, open)
        depth += 1
        isFirst = true
        body(&self)
        depth -= 1
        text += isFirst ? close : "\n" + String(repeating: "  ", count: depth) + close
        isFirst = false
    }
}
