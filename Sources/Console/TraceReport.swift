internal import Client

/// A request's trace as people read it: a line for each step, those of an inner ensemble below it.
struct TraceReport {
    private let root: JSONValue

    init(json: [UInt8]) throws { root = try JSONValue(parsing: json) }

    var text: String {
        var table = TextTable("step", "start µs", "time µs", "queue µs", "")
        add(root["steps"], depth: 0, to: &table)
        let steps = root["steps"]?.array ?? []
        let head =
            "total \(number(root["total_us"])) µs, queue \(number(root["queue_us"])) µs, compute \(number(root["compute_us"])) µs, batch of \(number(root["batch_rows"])) rows (\(root["batch_closed"]?.string ?? ""))\n"
        return head + (steps.isEmpty ? "" : table.rendered())
    }

    private func add(_ steps: JSONValue?, depth: Int, to table: inout TextTable) {
        // A trace comes from outside: it may claim any depth.
        guard depth < 32 else { return }
        for step in steps?.array ?? [] {
            let name = String(repeating: "  ", count: depth) + (step["name"]?.string ?? "")
            var remark = step["rows"].map { "\(number($0)) rows" } ?? ""
            if let error = step["error"]?.string { remark = "failed: \(error)" }
            if step["us"] == nil { remark = "not run" }
            table.append(name, number(step["start_us"]), number(step["us"]), number(step["queue_us"]), remark)
            add(step["steps"], depth: depth + 1, to: &table)
        }
    }

    private func number(_ value: JSONValue?) -> String {
        guard let number = value?.number else { return "" }
        return number == number.rounded() && number.magnitude < 1e15 ? String(Int(number)) : String(number)
    }
}

extension JSONValue {
    fileprivate subscript(_ key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    fileprivate var array: [JSONValue]? {
        guard case .array(let items) = self else { return nil }
        return items
    }

    fileprivate var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    fileprivate var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .unsigned(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }
}
