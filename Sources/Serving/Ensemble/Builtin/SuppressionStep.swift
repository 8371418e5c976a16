internal import Tensors

/// Non-maximum suppression: of boxes that overlap the one with the best score is kept. Inputs `boxes` [boxes, 4] and `scores` [boxes]; options `iou`
/// (0.5), `score` (the least, 0), `max` (100) and `form`: `corners` (x1, y1, x2, y2) or `center` (x, y, width, height). Outputs `boxes`, `scores` and
/// `indices` of those kept, the best first, the first of equals before the others.
struct SuppressionStep: BuiltinStep {
    static let name = "nms"
    static let inputNames: [String]? = ["boxes", "scores"]
    /// Boxes of one request: each is compared with all that were kept. Beyond: an error.
    static let maxBoxes = 100_000

    let overlap: Double
    let least: Double
    let most: Int
    let isCentred: Bool

    var outputNames: [String] { ["boxes", "scores", "indices"] }
    var workPerElement: Int { 16 }

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        overlap = try options.number("iou") ?? 0.5
        least = try options.number("score") ?? 0
        most = try options.int("max", in: 1...10_000) ?? 100
        isCentred = try options.choice("form", ["corners", "center"]) == "center"
        guard overlap >= 0, overlap <= 1 else { throw options.fault("iou", "a number from 0 to 1") }
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        let (boxes, scores) = (inputs[0], inputs[1])
        try boxes.requireNumber()
        try scores.requireNumber()
        guard boxes.fits(TensorFacts(boxes.dataType, [-1, 4])), scores.fits(TensorFacts(scores.dataType, [-1])) else {
            throw ServingError(.invalidArgument, "it is \(boxes) with scores \(scores), not boxes of four numbers and a score for each")
        }
        return [TensorFacts(boxes.dataType, [-1, 4]), TensorFacts(scores.dataType, [-1]), TensorFacts(.int64, [-1])]
    }

    private struct Box {
        var left, top, right, bottom: Double
        var area: Double { max(0, right - left) * max(0, bottom - top) }

        func overlap(with other: Box) -> Double {
            let width = min(right, other.right) - max(left, other.left)
            let height = min(bottom, other.bottom) - max(top, other.top)
            guard width > 0, height > 0 else { return 0 }
            return width * height / (area + other.area - width * height)
        }
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let (boxes, scores) = (inputs[0], inputs[1])
        guard boxes.shape.rank == 2, boxes.shape[1] == 4, scores.shape.dims == [boxes.shape[0]], scores.count <= Self.maxBoxes else {
            throw ServingError(
                .invalidArgument, "boxes of shape \(boxes.shape) and scores of shape \(scores.shape) do not fit, or are too many")
        }
        let order = (0..<scores.count).filter { scores.number($0) >= least }.sorted {
            scores.number($0) == scores.number($1) ? $0 < $1 : scores.number($0) > scores.number($1)
        }
        var kept: [(index: Int, box: Box)] = []
        for index in order where kept.count < most {
            let box = box(boxes, index)
            if kept.allSatisfy({ $0.box.overlap(with: box) <= overlap }) { kept.append((index, box)) }
        }
        return [
            try boxes.taking(kept.map(\.index), along: AxisView(boxes.shape, axis: 0)),
            try scores.taking(kept.map(\.index), along: AxisView(scores.shape, axis: 0)),
            Tensor(kept.map { Int64($0.index) }, dataType: .int64, shape: Shape([kept.count])),
        ]
    }

    private func box(_ boxes: Tensor, _ index: Int) -> Box {
        let (a, b, c, d) = (boxes.number(index * 4), boxes.number(index * 4 + 1), boxes.number(index * 4 + 2), boxes.number(index * 4 + 3))
        return isCentred
            ? Box(left: a - c / 2, top: b - d / 2, right: a + c / 2, bottom: b + d / 2) : Box(left: a, top: b, right: c, bottom: d)
    }
}
