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

    /// Frees constants of which every reader has a form of its own.
    mutating func releasePackedConstants() {
        var read = Set(outputs)
        for step in steps {
            let packed = step.operation.packedInputs
            for (index, input) in step.inputs.enumerated() where !packed.contains(index) {
                if let input { read.insert(input) }
            }
        }
        for step in steps {
            for index in step.operation.packedInputs where index < step.inputs.count {
                if let input = step.inputs[index], !read.contains(input) { values[input].fact.value = nil }
            }
        }
    }
}
