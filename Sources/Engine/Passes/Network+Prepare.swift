extension Network {
    /// Lets every operator rearrange its constants, once and for all.
    mutating func prepare() throws(EngineError) {
        for index in steps.indices {
            let step = steps[index]
            do {
                if let prepared = try step.operation.prepare(step.inputs.map { $0.map { values[$0].fact } }) {
                    steps[index].operation = prepared
                }
            } catch { throw error.at(step.node.place) }
        }
    }
}
