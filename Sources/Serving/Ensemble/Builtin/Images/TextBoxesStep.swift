internal import Tensors

/// A map of how likely every pixel is text to boxes around the lines: inputs `map` [1, 1, height, width] and `image` [1, height, width, channels],
/// whose size the boxes are in; outputs `boxes` [boxes, 4, 2] as they are read, from the top to the bottom, and `scores`.
///
/// Pixels above `threshold` (0.3) that touch are one line, after `dilate` (true) has closed gaps of a pixel; it gets the rectangle of least
/// area, is dropped where the map's mean inside is below `box_threshold` (0.5) or a side is below `min_size` (3), and grows by `unclip` (1.6) times
/// its area over its outline. `max` 1000.
struct TextBoxesStep: BuiltinStep {
    static let name = "text_boxes"
    static let inputNames: [String]? = ["image", "map"]
    let threshold: Float
    let boxThreshold: Double
    let unclip: Double
    let least: Double
    let most: Int
    let dilates: Bool

    var outputNames: [String] { ["boxes", "scores"] }
    var workPerElement: Int { 8 }

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        threshold = Float(try options.number("threshold") ?? 0.3)
        boxThreshold = try options.number("box_threshold") ?? 0.5
        unclip = try options.number("unclip") ?? 1.6
        least = try options.number("min_size") ?? 3
        most = try options.int("max", in: 1...4096) ?? 1000
        dilates = try options.flag("dilate") ?? true
        guard unclip >= 0, unclip <= 100 else { throw options.fault("unclip", "a number from 0 to 100") }
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        let (image, map) = (inputs[0], inputs[1])
        try PictureView.check(image)
        guard map.dataType == .float32, map.dims?.count ?? 4 == 4 else {
            throw ServingError(.invalidArgument, "'map' is \(map), not FP32 [1, 1, height, width]")
        }
        return [TensorFacts(.float32, [-1, 4, 2]), TensorFacts(.float32, [-1])]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let (image, map) = (try PictureView(inputs[0]), inputs[1])
        guard map.shape.rank == 4, map.shape[0] == 1, map.shape[1] == 1, map.count > 0, map.count <= PictureResizer.maxElements else {
            throw ServingError(.invalidArgument, "a map of shape \(map.shape) is not [1, 1, height, width]")
        }
        let (height, width) = (map.shape[2], map.shape[3])
        let values = map.pointer(as: Float.self)
        var found: [(box: Quadrangle, score: Double)] = []
        var labels = PixelLabels(width: width, height: height) { values[$0] > threshold }
        if dilates { labels.dilate() }
        for component in labels.components() where found.count < most {
            guard let box = Quadrangle.enclosing(component), min(box.width, box.height) >= least else { continue }
            let score = mean(values, box, width, height)
            guard score >= boxThreshold else { continue }
            let outline = 2 * (box.width + box.height)
            let grown = box.grown(by: box.width * box.height * unclip / max(outline, 1e-9))
            guard min(grown.width, grown.height) >= least + 2 else { continue }
            found.append((grown, score))
        }
        let (scaleX, scaleY) = (Double(image.width) / Double(width), Double(image.height) / Double(height))
        for index in found.indices {
            found[index].box.corners = found[index].box.corners.map { point in
                PicturePoint(
                    x: min(max(0, point.x * scaleX), Double(image.width)), y: min(max(0, point.y * scaleY), Double(image.height)))
            }
        }
        found = Self.inReadingOrder(found)
        let corners = found.flatMap { $0.box.corners.flatMap { [Float($0.x), Float($0.y)] } }
        return [
            Tensor(corners, dataType: .float32, shape: Shape([found.count, 4, 2])),
            Tensor(found.map { Float($0.score) }, dataType: .float32, shape: Shape([found.count])),
        ]
    }

    /// The map's mean over the pixels whose middle is inside.
    private func mean(_ values: UnsafePointer<Float>, _ box: Quadrangle, _ width: Int, _ height: Int) -> Double {
        let (xs, ys) = (box.corners.map(\.x), box.corners.map(\.y))
        let left = max(0, Int(saturating: xs.min() ?? 0)), right = min(width - 1, Int(saturating: xs.max() ?? 0))
        let top = max(0, Int(saturating: ys.min() ?? 0)), bottom = min(height - 1, Int(saturating: ys.max() ?? 0))
        guard left <= right, top <= bottom else { return 0 }
        var (sum, count) = (0.0, 0)
        for y in top...bottom {
            for x in left...right where box.contains(PicturePoint(x: Double(x) + 0.5, y: Double(y) + 0.5)) {
                sum += Double(values[y * width + x])
                count += 1
            }
        }
        return count > 0 ? sum / Double(count) : 0
    }

    /// From the top to the bottom, and boxes whose tops are about as high from the left to the right.
    private static func inReadingOrder(_ boxes: [(box: Quadrangle, score: Double)]) -> [(box: Quadrangle, score: Double)] {
        var rest = boxes.sorted { ($0.box.corners[0].y, $0.box.corners[0].x) < ($1.box.corners[0].y, $1.box.corners[0].x) }
        var ordered: [(box: Quadrangle, score: Double)] = []
        while let first = rest.first {
            let limit = first.box.corners[0].y + max(first.box.height, 1) / 2
            let line = rest.prefix { $0.box.corners[0].y < limit }
            rest.removeFirst(line.count)
            ordered += line.sorted { $0.box.corners[0].x < $1.box.corners[0].x }
        }
        return ordered
    }
}
