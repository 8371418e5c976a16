internal import Serving
package import Tensors

/// How often an answer is what was known to be right.
package enum Labels {
    /// An output of the labels' shape is compared element by element; one with an axis more holds a score for each class along the last one,
    /// of which the highest counts.
    package static func right(_ output: Tensor?, _ label: Tensor) -> (asked: Int, right: Int) {
        guard let output else { return (label.count, 0) }
        if label.dataType == .string {
            guard output.dataType == .string, output.count == label.count else { return (label.count, 0) }
            return (label.count, zip(output.strings, label.strings).count { $0 == $1 })
        }
        guard let wanted = RecordedRequest.numbers(of: label), let got = RecordedRequest.numbers(of: output) else { return (label.count, 0) }
        if got.count == wanted.count { return (wanted.count, zip(got, wanted).count { $0 == $1 }) }
        guard !wanted.isEmpty, got.count % wanted.count == 0 else { return (wanted.count, 0) }
        let classes = got.count / wanted.count
        var right = 0
        for (row, label) in wanted.enumerated() {
            let scores = got[row * classes..<(row + 1) * classes]
            guard let best = scores.indices.max(by: { scores[$0] < scores[$1] }) else { continue }
            if Double(best - scores.startIndex) == label { right += 1 }
        }
        return (wanted.count, right)
    }
}
