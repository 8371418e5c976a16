internal import Tensors

/// The normalised sum of word, position and segment embeddings, as BERT begins.
struct EmbedLayerNormalization: Operation {
    let node: Node
    let epsilon: Float

    static let entries: [OperatorEntry] = [
        OperatorEntry("EmbedLayerNormalization", domain: "com.microsoft") { node throws(EngineError) in
            EmbedLayerNormalization(node: node, epsilon: try node.float("epsilon", default: 1e-12))
        }
    ]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let ids = try node.tensorFact(inputs, 0, "input_ids", [.int32])
        let segments = try node.optionalTensorFact(inputs, 1, "segment_ids", [.int32])
        let words = try node.tensorFact(inputs, 2, "word_embedding", .floating)
        let positions = try node.tensorFact(inputs, 3, "position_embedding", .floating)
        let segmentTable = try node.optionalTensorFact(inputs, 4, "segment_embedding", .floating)
        let gamma = try node.tensorFact(inputs, 5, "gamma", .floating)
        let beta = try node.tensorFact(inputs, 6, "beta", .floating)
        let mask = try node.optionalTensorFact(inputs, 7, "mask", [.int32])
        let places = try node.optionalTensorFact(inputs, 8, "position_ids", [.int32])
        try node.checkRank(ids, "input_ids", 2)
        try node.checkRank(words, "word_embedding", 2)
        guard (segments == nil) == (segmentTable == nil) else { throw node.malformed("segments need both their ids and their embedding") }
        let (batch, sequence, hidden) = (ids.dim(0), ids.dim(1), words.dim(1))
        try node.checkDims(segments, [batch, sequence], "segment_ids")
        try node.checkDims(mask, [batch, sequence], "mask")
        try node.checkDims(positions, [positions.dim(0), hidden], "position_embedding")
        try node.checkDims(segmentTable, [segmentTable?.dim(0) ?? .unknown, hidden], "segment_embedding")
        for (fact, label) in [(gamma, "gamma"), (beta, "beta")] { try node.checkDims(fact, [hidden], label) }
        if let places, places.dim(0) != 1 { try node.checkDims(places, [batch, sequence], "position_ids") }
        if let places { try node.checkDims(places, [places.dim(0), sequence], "position_ids") }
        if places == nil, let length = sequence.value, let available = positions.dim(0).value, length > available {
            throw EngineError(.invalidInput, "a sequence of \(length) has only \(available) positions", place: node.place)
        }
        let dims = [batch, sequence, hidden]
        let dataType = words.dataType ?? .float32
        return [try node.outputFact(dataType, dims), Fact(.int32, [batch]), Fact(dataType, dims)]
    }

    var outputCount: Int { 3 }

    func run(_ run: NodeRun) throws(EngineError) {
        if run.tensor(2).dataType == .float64 { try embed(run, Double.self) } else { try embed(run, Float.self) }
    }

    private func embed<T: RowNormalizable>(_ run: NodeRun, _ type: T.Type) throws(EngineError) {
        let ids = run.tensor(0)
        let (sequence, hidden) = (ids.shape[1], run.tensor(2).shape[1])
        let words = run.elements(run.tensor(2), as: T.self)
        let positions = run.elements(run.tensor(3), as: T.self)
        let segments = run.optionalElements(4, as: T.self)
        let (gamma, beta) = (run.elements(run.tensor(5), as: T.self), run.elements(run.tensor(6), as: T.self))
        let places = run.optionalTensor(8)
        let output = run.destination(0, as: T.self)
        let total = run.isWanted(2) ? run.destination(2, as: T.self) : nil
        let sums = total?.elements ?? run.scratch(T.self, count: output.tensor.count)
        for token in 0..<ids.count {
            let word = try index(ids, token, run.tensor(2).shape[0])
            var position = token % sequence
            if let places { position = try index(places, places.shape[0] == 1 ? token % sequence : token, run.tensor(3).shape[0]) }
            let (a, b, sum) = (words + word * hidden, positions + position * hidden, sums + token * hidden)
            if let segments, let table = run.optionalTensor(4), let segmentIds = run.optionalTensor(1) {
                let c = segments + (try index(segmentIds, token, table.shape[0])) * hidden
                for i in 0..<hidden { sum[i] = a[i] + c[i] + b[i] }
            } else {
                for i in 0..<hidden { sum[i] = a[i] + b[i] }
            }
            T.normalize(UnsafePointer(sum), hidden, gamma, beta, T(epsilon), isCentered: true, into: output.elements + token * hidden)
        }
        output.finish()
        total?.finish()
        if run.isWanted(1) {
            let lengths = run.output(1).mutablePointer(as: Int32.self)
            let mask = run.optionalTensor(7)?.pointer(as: Int32.self)
            for row in 0..<ids.shape[0] {
                lengths[row] = 0
                if let mask { for i in 0..<sequence where mask[row * sequence + i] == 1 { lengths[row] += 1 } }
            }
        }
    }

    private func index(_ ids: Tensor, _ position: Int, _ count: Int) throws(EngineError) -> Int {
        let id = Int(ids.pointer(as: Int32.self)[position])
        guard id >= 0, id < count else {
            throw EngineError(.invalidInput, "an index of \(id) into an embedding of \(count)", place: node.place)
        }
        return id
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        var result = RowAxis.absent
        for index in inputs.indices where inputs[index] != .absent {
            guard [0, 1, 7, 8].contains(index), inputs[index] == .axis(0) else {
                return [RowAxis](repeating: .mixed("it combines rows"), count: 3)
            }
            result = .axis(0)
        }
        if result != .absent {
            // What has no rows of its own must be the same for every row.
            for index in [0, 1, 7, 8] where index < inputs.count && inputs[index] == .absent {
                if let fact = facts[index], fact.dim(0) != 1 || index != 8 { result = .mixed("an input differs from row to row") }
            }
        }
        return [result, result, result]
    }
}
