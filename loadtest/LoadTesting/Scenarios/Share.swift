/// Parts of a whole as people write them: "5%" or "0.05".
public enum Share {
    /// From 0 to 1, or nil.
    public static func parse(_ text: String) -> Double? {
        let isPercent = text.hasSuffix("%")
        guard let number = Double(isPercent ? String(text.dropLast()) : text) else { return nil }
        let share = isPercent ? number / 100 : number
        return share >= 0 && share <= 1 ? share : nil
    }
}

extension RunPlan.Warmup {
    /// "auto" or a duration.
    public init?(_ text: String) {
        if text == "auto" {
            self = .auto
        } else {
            guard let nanos = DurationText.parse(text) else { return nil }
            self = .nanos(nanos)
        }
    }
}
