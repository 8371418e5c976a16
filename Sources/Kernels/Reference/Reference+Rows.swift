#if canImport(Glibc)
    internal import Glibc
#endif

extension Reference {
    /// Softmax of one row, or its logarithm, in double precision.
    package static func softmax(_ row: [Float], logarithm: Bool) -> [Float] {
        guard let largest = row.max() else { return [] }
        let shifted = row.map { Double($0) - Double(largest) }
        let sum = shifted.reduce(0) { $0 + exp($1) }
        return shifted.map { Float(logarithm ? $0 - log(sum) : exp($0) / sum) }
    }

    /// Layer normalisation of one row, or root-mean-square normalisation, in double precision.
    package static func norm(_ row: [Float], scale: [Float]?, bias: [Float]?, epsilon: Float, centred: Bool) -> [Float] {
        let count = Double(row.count)
        let mean = centred ? row.reduce(0) { $0 + Double($1) } / count : 0
        let variance = row.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
        let factor = 1 / (variance + Double(epsilon)).squareRoot()
        return row.indices.map { i in
            Float((Double(row[i]) - mean) * factor * Double(scale?[i] ?? 1) + Double(bias?[i] ?? 0))
        }
    }
}
