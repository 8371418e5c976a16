internal import Tensors

/// Changes the size of pictures. Pixels are squares: the middle of the first is half a pixel inside.
struct PictureResizer {
    enum Method: Sendable {
        case bilinear
        case nearest
        /// The mean of the area that a pixel covers; for pictures that become smaller.
        case area

        /// `method`: bilinear (as a rule), nearest or area.
        init(_ options: inout StepOptions) throws(ServingError) {
            switch try options.choice("method", ["bilinear", "nearest", "area"]) {
            case "nearest": self = .nearest
            case "area": self = .area
            default: self = .bilinear
            }
        }
    }

    /// Elements of all the pictures that a step makes. Beyond: it fails.
    static let maxElements = 1 << 28

    let method: Method

    init(_ method: Method) { self.method = method }

    func resized(_ view: PictureView, to size: (height: Int, width: Int), dataType: DataType) throws(ServingError) -> Tensor {
        guard let shape = Shape(checking: [view.rows, size.height, size.width, view.channels]), shape.count <= Self.maxElements else {
            throw ServingError(.resourceExhausted, "pictures of \(size.width) x \(size.height) pixels are too large")
        }
        let result = Tensor(dataType: dataType, shape: shape)
        var writer = PictureWriter(result)
        let columns = taps(view.width, size.width)
        let rows = taps(view.height, size.height)
        for row in 0..<view.rows {
            let source = view.floats(row)
            // Lines of the source in the new width, each made once.
            var lines: [Int: [Float]] = [:]
            for tap in rows {
                var sum = [Float](repeating: 0, count: size.width * view.channels)
                for (line, weight) in tap {
                    let wide: [Float]
                    if let known = lines[line] { wide = known } else {
                        wide = stretched(source, line, view, columns)
                        lines[line] = wide
                    }
                    for place in sum.indices { sum[place] += weight * wide[place] }
                }
                if let first = tap.first?.source { for line in lines.keys where line < first { lines[line] = nil } }
                writer.append(sum)
            }
        }
        return result
    }

    private func stretched(_ source: [Float], _ line: Int, _ view: PictureView, _ columns: [[(source: Int, weight: Float)]]) -> [Float] {
        let channels = view.channels
        let start = line * view.width * channels
        var result = [Float](repeating: 0, count: columns.count * channels)
        for (column, tap) in columns.enumerated() {
            for (place, weight) in tap {
                for channel in 0..<channels { result[column * channels + channel] += weight * source[start + place * channels + channel] }
            }
        }
        return result
    }

    /// For every place along an axis of the result the places of the source that it is made of, ascending, and their weights.
    private func taps(_ from: Int, _ to: Int) -> [[(source: Int, weight: Float)]] {
        let ratio = Double(from) / Double(max(1, to))
        return (0..<to).map { place in
            switch method {
            case .nearest: return [(source: min(from - 1, Int(Double(place) * ratio)), weight: Float(1))]
            case .area where ratio > 1:
                let (low, high) = (Double(place) * ratio, Double(place + 1) * ratio)
                let last = min(from - 1, Int(high.rounded(.up)) - 1)
                return (Int(low)...max(Int(low), last)).map { source in
                    (min(source, from - 1), Float((min(high, Double(source + 1)) - max(low, Double(source))) / ratio))
                }
            default:
                let centre = min(max(0, (Double(place) + 0.5) * ratio - 0.5), Double(from - 1))
                let low = Int(centre)
                let part = Float(centre - Double(low))
                guard low + 1 < from, part > 0 else { return [(source: low, weight: Float(1))] }
                return [(source: low, weight: 1 - part), (source: low + 1, weight: part)]
            }
        }
    }
}
