extension Network {
    /// Lets every operator rearrange its constants, once and for all; those of which every reader has a form of its own are freed
    /// on the way, so that few are there twice at any time.
    mutating func prepare() throws(EngineError) {
        var readers = [Int](repeating: 0, count: values.count)
        for step in steps { for input in step.inputs { if let input { readers[input] += 1 } } }
        for output in outputs { readers[output] += 1 }
        for index in steps.indices {
            let step = steps[index]
            do {
                if let prepared = try step.operation.prepare(step.inputs.map { $0.map { values[$0].fact } }) {
                    steps[index].operation = prepared
                }
            } catch { throw error.at(step.node.place) }
            for position in steps[index].operation.packedInputs where position < step.inputs.count {
                guard let input = step.inputs[position] else { continue }
                readers[input] -= 1
                if readers[input] == 0 { values[input].fact.value = nil }
            }
        }
    }
}
