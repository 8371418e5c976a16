internal import Tensors

/// Parts of one picture as rows of their own, all of one size: `boxes` [boxes, 4] (left, top, right, bottom) or [boxes, 4, 2] (corners, clockwise
/// from the upper left; seen in perspective if need be), `image` [1, height, width, channels].
///
/// `height` and `width` of the crops. `fit: stretch`, or `pad`: in proportion, the rest to the right filled with `fill` (0); `max_width` lets all
/// grow as wide as the widest needs. `turn_tall: 1.5` reads boxes that are so many times taller than wide from their right side. `to`: the type.
struct CropBoxesStep: BuiltinStep {
    static let name = "crop_boxes"
    static let inputNames: [String]? = ["boxes", "image"]
    let height: Int
    let width: Int
    let maxWidth: Int
    let pads: Bool
    let fill: Float
    let turnTall: Double?
    let dataType: DataType?

    /// Boxes of one picture. Beyond: the step fails.
    private static let maxBoxes = 4096

    var workPerElement: Int { 8 }

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        guard let height = try options.int("height", in: 1...4096) else { throw options.fault("height", "given") }
        guard let width = try options.int("width", in: 1...4096) else { throw options.fault("width", "given") }
        self.height = height
        self.width = width
        pads = try options.choice("fit", ["stretch", "pad"]) == "pad"
        maxWidth = try options.int("max_width", in: width...16_384) ?? width
        guard maxWidth == width || pads else { throw options.fault("max_width", "used with 'fit: pad'") }
        fill = Float(try options.number("fill") ?? 0)
        turnTall = try options.number("turn_tall")
        dataType = try options.dataType("to")
        guard dataType != .string else { throw options.fault("to", "a type of numbers") }
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        let (boxes, image) = (inputs[0], inputs[1])
        try PictureView.check(image)
        try boxes.requireNumber()
        guard boxes.fits(TensorFacts(boxes.dataType, [-1, 4])) || boxes.fits(TensorFacts(boxes.dataType, [-1, 4, 2])) else {
            throw ServingError(.invalidArgument, "'boxes' is \(boxes), not [boxes, 4] or [boxes, 4, 2]")
        }
        return [TensorFacts(dataType ?? image.dataType, [boxes.dims?[0] ?? -1, height, maxWidth == width ? width : -1, image.dims?[3] ?? -1])]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let view = try PictureView(inputs[1])
        guard view.rows == 1 else { throw ServingError(.invalidArgument, "boxes are of one picture, not of \(view.rows)") }
        let boxes = try Self.quadrangles(inputs[0]).map { box in
            if let turnTall, box.height >= box.width * turnTall { return box.turned(quarters: 1) }
            return box
        }
        let width = boxes.reduce(self.width) { max($0, min(maxWidth, naturalWidth($1))) }
        guard let shape = Shape(checking: [boxes.count, height, width, view.channels]), shape.count <= PictureResizer.maxElements else {
            throw ServingError(.resourceExhausted, "\(boxes.count) crops of \(width) x \(height) pixels are too large")
        }
        let result = Tensor(dataType: dataType ?? inputs[1].dataType, shape: shape)
        var writer = PictureWriter(result)
        let source = view.floats(0)
        for box in boxes { writer.append(crop(box, view, source, width: width)) }
        return [result]
    }

    /// The width in proportion to the height.
    private func naturalWidth(_ box: Quadrangle) -> Int {
        max(1, Int(saturating: (Double(height) * box.width / max(box.height, 1e-6)).rounded(.up)))
    }

    static func quadrangles(_ boxes: Tensor) throws(ServingError) -> [Quadrangle] {
        let isQuad = boxes.shape.rank == 3
        guard boxes.shape.rank == 2 && boxes.shape[1] == 4 || isQuad && boxes.shape[1] == 4 && boxes.shape[2] == 2,
            boxes.shape[0] <= maxBoxes
        else { throw ServingError(.invalidArgument, "boxes of shape \(boxes.shape) are not [boxes, 4] or [boxes, 4, 2], or are too many") }
        var result: [Quadrangle] = []
        for box in 0..<boxes.shape[0] {
            let numbers = (0..<(isQuad ? 8 : 4)).map { boxes.number(box * (isQuad ? 8 : 4) + $0) }
            guard numbers.allSatisfy({ $0.isFinite && abs($0) < 1e9 }) else {
                throw ServingError(.invalidArgument, "box \(box) has a corner that is nowhere")
            }
            if isQuad {
                result.append(Quadrangle(corners: (0..<4).map { PicturePoint(x: numbers[$0 * 2], y: numbers[$0 * 2 + 1]) }))
            } else {
                let (left, top, right, bottom) = (numbers[0], numbers[1], numbers[2], numbers[3])
                result.append(
                    Quadrangle(corners: [(left, top), (right, top), (right, bottom), (left, bottom)].map { PicturePoint(x: $0.0, y: $0.1) }))
            }
        }
        return result
    }

    private func crop(_ box: Quadrangle, _ view: PictureView, _ source: [Float], width: Int) -> [Float] {
        let channels = view.channels
        let used = pads ? min(width, naturalWidth(box)) : width
        var pixels = [Float](repeating: fill, count: height * width * channels)
        guard let projection = box.projection else { return pixels }
        // A crop that shrinks takes several samples of each pixel, so that thin strokes are not lost.
        let across = min(4, max(1, Int((box.width / Double(used)).rounded(.up))))
        let down = min(4, max(1, Int((box.height / Double(height)).rounded(.up))))
        let weight = 1 / Float(across * down)
        for row in 0..<height {
            for column in 0..<used {
                let target = (row * width + column) * channels
                for channel in 0..<channels { pixels[target + channel] = 0 }
                for sample in 0..<(across * down) {
                    let u = (Double(column) + (Double(sample % across) + 0.5) / Double(across)) / Double(used)
                    let v = (Double(row) + (Double(sample / across) + 0.5) / Double(down)) / Double(height)
                    add(projection.point(u, v), weight, view, source, to: &pixels, at: target)
                }
            }
        }
        return pixels
    }

    /// Adds the colour at a point; outside the picture that of its edge.
    private func add(
        _ point: PicturePoint, _ weight: Float, _ view: PictureView, _ source: [Float], to pixels: inout [Float], at target: Int
    ) {
        let x = min(max(0, point.x - 0.5), Double(view.width - 1))
        let y = min(max(0, point.y - 0.5), Double(view.height - 1))
        guard x.isFinite, y.isFinite else { return }
        let (left, top) = (Int(x), Int(y))
        let (right, bottom) = (min(left + 1, view.width - 1), min(top + 1, view.height - 1))
        let (dx, dy) = (Float(x - Double(left)), Float(y - Double(top)))
        let channels = view.channels
        let (a, b) = ((top * view.width + left) * channels, (top * view.width + right) * channels)
        let (c, d) = ((bottom * view.width + left) * channels, (bottom * view.width + right) * channels)
        for channel in 0..<channels {
            let upper = source[a + channel] * (1 - dx) + source[b + channel] * dx
            let lower = source[c + channel] * (1 - dx) + source[d + channel] * dx
            pixels[target + channel] += weight * (upper * (1 - dy) + lower * dy)
        }
    }
}

/// Boxes [boxes, 4, 2] with the corners of those turned by half whose `flags` are set: what is inside stands on its head.
struct TurnBoxesStep: BuiltinStep {
    static let name = "turn_boxes"
    static let inputNames: [String]? = ["boxes", "flags"]

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {}

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        guard inputs[0].dataType == .float32, inputs[0].fits(TensorFacts(.float32, [-1, 4, 2])), inputs[1].dataType == .bool else {
            throw ServingError(.invalidArgument, "it is \(inputs[0]) with flags \(inputs[1]), not FP32 [boxes, 4, 2] and BOOL")
        }
        return [inputs[0]]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let (boxes, flags) = (inputs[0], inputs[1])
        guard boxes.shape.rank == 3, boxes.shape[1] == 4, boxes.shape[2] == 2, flags.count == boxes.shape[0] else {
            throw ServingError(.invalidArgument, "boxes of shape \(boxes.shape) and flags of shape \(flags.shape) do not fit")
        }
        let result = Tensor(boxes.elements(as: Float.self), dataType: .float32, shape: boxes.shape)
        let (source, target) = (boxes.pointer(as: Float.self), result.mutablePointer(as: Float.self))
        for box in 0..<boxes.shape[0] where flags.number(box) != 0 {
            for place in 0..<8 { target[box * 8 + place] = source[box * 8 + (place + 4) % 8] }
        }
        return [result]
    }
}
