internal import Serving
internal import Synchronization

/// Which requests leave a trace in the log: one in so many, for all models or for one. Any thread.
final class TraceSettings: Sendable {
    /// What is set at one place; nil leaves it to the more general one.
    private struct Part {
        var level: Bool?
        var rate: UInt64?
        var count: Int64?
        /// Requests seen, and traces written since the count was set.
        var seen: UInt64 = 0
        var written: Int64 = 0

        var isEmpty: Bool { level == nil && rate == nil && count == nil }
    }

    private struct State {
        var global = Part()
        var models: [String: Part] = [:]
    }

    /// Models with settings of their own. Beyond: RESOURCE_EXHAUSTED.
    static let maxModels = 1024

    private let state = Mutex(State())
    private let on = Atomic<Bool>(false)

    /// Whether any request may leave a trace.
    var isOn: Bool { on.load(ordering: .relaxed) }

    /// Counts a request of `model`; true when it is its turn.
    func take(_ model: String) -> Bool {
        guard isOn else { return false }
        return state.withLock { state in
            guard state.models[model]?.level ?? state.global.level ?? false else { return false }
            let rate = max(1, state.models[model]?.rate ?? state.global.rate ?? Self.defaultRate)
            let hasOwn = state.models[model] != nil
            let seen = hasOwn ? state.models[model]!.seen : state.global.seen
            if hasOwn { state.models[model]!.seen += 1 } else { state.global.seen += 1 }
            guard seen % rate == 0 else { return false }
            // Who set the count is who counts.
            if let count = state.models[model]?.count {
                guard count < 0 || state.models[model]!.written < count else { return false }
                state.models[model]!.written += 1
            } else if let count = state.global.count {
                guard count < 0 || state.global.written < count else { return false }
                state.global.written += 1
            }
            return true
        }
    }

    /// Changes what is named; an empty list goes back to the more general setting.
    ///
    /// - Parameter model: empty for all models that say nothing themselves.
    /// - Throws: INVALID_ARGUMENT for a name or value that is none, UNIMPLEMENTED for what cannot be changed; nothing is changed then.
    func change(_ settings: [String: [String]], model: String) throws(ServingError) {
        var changes: [(inout Part) -> Void] = []
        for (name, values) in settings.sorted(by: { $0.key < $1.key }) {
            switch name {
            case "trace_level":
                let level = try Self.level(values)
                changes.append { $0.level = level }
            case "trace_rate":
                let rate = try Self.number(name, values, atLeast: 1).map { UInt64($0) }
                changes.append {
                    $0.rate = rate
                    $0.seen = 0
                }
            case "trace_count":
                let count = try Self.number(name, values, atLeast: -1)
                changes.append {
                    $0.count = count
                    $0.written = 0
                }
            case "trace_file", "log_frequency", "trace_mode":
                let fixed = Self.fixed[name] ?? ""
                guard values.isEmpty || values == [fixed] else {
                    throw ServingError(.unimplemented, "'\(name)' cannot be changed: traces are lines of the log")
                }
            default: throw ServingError(.invalidArgument, "'\(name)' is no trace setting")
            }
        }
        let isFull = state.withLock { state in
            if model.isEmpty {
                for change in changes { change(&state.global) }
            } else {
                if state.models[model] == nil, state.models.count >= Self.maxModels { return true }
                var part = state.models[model] ?? Part()
                for change in changes { change(&part) }
                state.models[model] = part.isEmpty ? nil : part
            }
            on.store(state.global.level == true || state.models.values.contains { $0.level == true }, ordering: .relaxed)
            return false
        }
        if isFull { throw ServingError(.resourceExhausted, "\(Self.maxModels) models have trace settings of their own, as many as may") }
    }

    /// What holds for `model`, or for all others when it is empty.
    func current(model: String) -> [String: [String]] {
        state.withLock { state in
            let part = state.models[model] ?? Part()
            var all = Self.fixed.mapValues { [$0] }
            all["trace_level"] = [part.level ?? state.global.level ?? false ? "TIMESTAMPS" : "OFF"]
            all["trace_rate"] = [String(part.rate ?? state.global.rate ?? Self.defaultRate)]
            // What is left of it, as Triton says it.
            let (count, written) = part.count.map { ($0, part.written) } ?? (state.global.count ?? -1, state.global.written)
            all["trace_count"] = [String(count < 0 ? -1 : max(0, count - written))]
            return all
        }
    }

    private static let defaultRate: UInt64 = 1000
    private static let fixed = ["trace_file": "", "log_frequency": "0", "trace_mode": "triton"]

    private static func level(_ values: [String]) throws(ServingError) -> Bool? {
        if values.isEmpty { return nil }
        var isOn = false
        for value in values {
            switch value {
            case "OFF": continue
            case "TIMESTAMPS", "MIN", "MAX": isOn = true
            case "TENSORS": throw ServingError(.unimplemented, "traces hold times, not tensors: 'trace_level' may be TIMESTAMPS or OFF")
            default: throw ServingError(.invalidArgument, "'trace_level' is '\(value)', which is none of OFF and TIMESTAMPS")
            }
        }
        return isOn
    }

    private static func number(_ name: String, _ values: [String], atLeast least: Int64) throws(ServingError) -> Int64? {
        guard let text = values.first else { return nil }
        guard values.count == 1, let number = Int64(text), number >= least else {
            throw ServingError(.invalidArgument, "'\(name)' is '\(values.joined(separator: ","))', which is no whole number from \(least) up")
        }
        return number
    }
}
