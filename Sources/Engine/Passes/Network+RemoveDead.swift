extension Network {
    /// Drops steps that no output depends on, forgets outputs that nothing reads, and frees constants that nothing reads.
    mutating func removeDead() {
        var needed = Set(outputs)
        var kept: [Step] = []
        for var step in steps.reversed() {
            var isNeeded = false
            for (index, output) in step.outputs.enumerated() {
                guard let output else { continue }
                if needed.contains(output) { isNeeded = true } else { step.outputs[index] = nil }
            }
            guard isNeeded else { continue }
            for input in step.inputs { if let input { needed.insert(input) } }
            kept.append(step)
        }
        steps = kept.reversed()
        captures.removeAll { !needed.contains($0.value) }
        for value in values.indices where !needed.contains(value) { values[value].fact.value = nil }
    }
}
