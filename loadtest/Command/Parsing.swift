internal import LoadTesting

/// The values of options.
enum Parsing {
    static func duration(_ text: String) throws -> UInt64 {
        guard let nanos = DurationText.parse(text), nanos > 0 else { throw LoadError("'\(text)' is no duration; write 5s, 250ms or 2m") }
        return nanos
    }

    static func warmup(_ text: String) throws -> RunPlan.Warmup {
        guard let warmup = RunPlan.Warmup(text) else { throw LoadError("'\(text)' is no warm-up; write auto or a duration") }
        return warmup
    }

    static func share(_ text: String) throws -> Double {
        guard let share = Share.parse(text) else { throw LoadError("'\(text)' is no share; write 5% or 0.05") }
        return share
    }

    static func rate(_ text: String) throws -> (Double, Double) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
        guard parts.count == 1 || parts.count == 2, let from = parts[0], let to = parts[parts.count - 1], from >= 0, to >= 0,
            max(from, to) > 0
        else {
            throw LoadError("'\(text)' is no rate; write 1000, or 100:5000 for a ramp")
        }
        return (from, to)
    }

    static func burst(_ text: String) throws -> (Int, UInt64) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 1 || parts.count == 2, let count = Int(parts[0]), count >= 1 else {
            throw LoadError("'\(text)' is no burst; write 500/2s")
        }
        return (count, parts.count == 2 ? try duration(String(parts[1])) : 1_000_000_000)
    }
}
