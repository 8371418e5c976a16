/// Numbers as people read them: three digits and a prefix.
package enum Quantity {
    /// Such as `25.6 M`.
    package static func count(_ number: Int) -> String { scaled(Double(number), 1000, ["", " k", " M", " G", " T", " P"], unit: "") }

    /// Such as `97.8 MiB`.
    package static func bytes(_ number: Int) -> String { scaled(Double(number), 1024, [" ", " Ki", " Mi", " Gi", " Ti"], unit: "B") }

    private static func scaled(_ number: Double, _ base: Double, _ prefixes: [String], unit: String) -> String {
        var value = number
        var index = 0
        while value >= base, index + 1 < prefixes.count {
            value /= base
            index += 1
        }
        let digits = index == 0 || value >= 100 ? 1.0 : value >= 10 ? 10.0 : 100.0
        let rounded = (value * digits).rounded() / digits
        let text = rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
        return text + prefixes[index] + unit
    }
}
