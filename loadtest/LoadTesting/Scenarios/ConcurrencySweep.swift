/// The concurrencies that a sweep goes through: "1,2,4,8", or "1:64" for powers of two, or "1:64:8" for steps.
public enum ConcurrencySweep {
    public static func parse(_ text: String) throws(LoadError) -> [Int] {
        let wrong = LoadError("'\(text)' is no sweep: write 1,2,4,8 or FROM:TO (doubling) or FROM:TO:STEP")
        let isRange = text.contains(":")
        var numbers: [Int] = []
        for part in text.split(separator: isRange ? ":" : ",", omittingEmptySubsequences: false) {
            guard let number = Int(part), number >= 1, number <= 100_000 else { throw wrong }
            numbers.append(number)
        }
        guard isRange else { return numbers }
        guard numbers.count == 2 || numbers.count == 3, numbers[0] <= numbers[1] else { throw wrong }
        if numbers.count == 3 { return Array(stride(from: numbers[0], through: numbers[1], by: numbers[2])) }
        var values: [Int] = []
        var value = numbers[0]
        while value < numbers[1] {
            values.append(value)
            value *= 2
        }
        return values + [numbers[1]]
    }
}
