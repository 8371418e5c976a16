import Tensors

/// Picks boxes by descending score, leaving out those that overlap a picked one too much.
struct NonMaxSuppression: Operation {
    /// Boxes are centre and size rather than two corners.
    private let isCentered: Bool

    static let entries = [OperatorEntry("NonMaxSuppression", make: NonMaxSuppression.init(node:))]

    init(node: Node) throws(EngineError) {
        isCentered = try node.bool("center_point_box", default: false)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let boxes = try inputs.tensorFact(0)
        let scores = try inputs.tensorFact(1)
        for (index, fact) in [boxes, scores].enumerated() where fact.dataType != .float32 {
            throw EngineError(.malformedModel, "input \(index) must be float32, not \(fact.type)")
        }
        for (index, fact) in [boxes, scores].enumerated() {
            if let rank = fact.rank, rank != 3 { throw EngineError(.invalidInput, "input \(index) has rank \(rank), expected 3") }
        }
        if let width = boxes.dims?[2].value, width != 4 {
            throw EngineError(.invalidInput, "boxes of \(width) numbers, expected 4")
        }
        if let left = boxes.shape, let right = scores.shape, left[0] != right[0] || left[1] != right[2] {
            throw EngineError(.invalidInput, "boxes of shape \(left) with scores of shape \(right)")
        }
        for index in 3..<5 {
            if let fact = try inputs.optionalTensorFact(index), fact.dataType != .float32 {
                throw EngineError(.malformedModel, "input \(index) must be float32, not \(fact.type)")
            }
        }
        if let fact = try inputs.optionalTensorFact(2), fact.dataType != .int64 {
            throw EngineError(.malformedModel, "input 2 must be int64, not \(fact.type)")
        }
        return [Fact(.int64, [.unknown, 3])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let boxes = run.tensor(0)
        let scores = run.tensor(1)
        let limit = run.integers(2)?.first ?? 0
        let overlap = run.optionalTensor(3).flatMap { $0.count > 0 ? $0.pointer(as: Float.self).pointee : nil } ?? 0
        let threshold = run.optionalTensor(4).flatMap { $0.count > 0 ? $0.pointer(as: Float.self).pointee : nil }
        guard overlap >= 0, overlap <= 1 else {
            throw EngineError(.invalidInput, "an IOU threshold of \(overlap), expected 0 to 1")
        }
        let count = boxes.shape[1]
        let classes = scores.shape[1]
        var picked: [Int64] = []
        var corners: [BoxCorners] = []
        for batch in 0..<boxes.shape[0] where limit > 0 {
            corners.removeAll(keepingCapacity: true)
            let given = boxes.pointer(as: Float.self) + batch * count * 4
            for box in 0..<count { corners.append(BoxCorners(given + box * 4, isCentered: isCentered)) }
            for label in 0..<classes {
                let score = scores.pointer(as: Float.self) + (batch * classes + label) * count
                for box in Self.pick(score, corners, limit: limit, overlap: overlap, threshold: threshold) {
                    picked += [Int64(batch), Int64(label), Int64(box)]
                }
            }
        }
        let target = run.allocate(0, dataType: .int64, shape: Shape([picked.count / 3, 3])).mutablePointer(as: Int64.self)
        for (index, value) in picked.enumerated() { target[index] = value }
        withExtendedLifetime((boxes, scores)) {}
    }

    private static func pick(
        _ score: UnsafePointer<Float>, _ corners: [BoxCorners], limit: Int, overlap: Float, threshold: Float?
    ) -> [Int] {
        var candidates: [Int] = []
        for box in corners.indices {
            if let threshold, !(score[box] > threshold) { continue }
            candidates.append(box)
        }
        // Values that are no number come last, so that the order is total.
        candidates.sort { left, right in
            let (first, second) = (score[left], score[right])
            if first == second || first.isNaN && second.isNaN { return left < right }
            return second.isNaN || first > second
        }
        var picked: [Int] = []
        for candidate in candidates {
            if picked.count == limit { break }
            if !picked.contains(where: { corners[$0].overlaps(corners[candidate], over: overlap) }) {
                picked.append(candidate)
            }
        }
        return picked
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        for input in inputs {
            switch input {
            case .absent: continue
            case .mixed: return [input]
            case .axis: return [.mixed("it lists the boxes of all rows together")]
            }
        }
        return [.absent]
    }
}
