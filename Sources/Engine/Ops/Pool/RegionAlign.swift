internal import Tensors

/// RoiAlign: the mean or maximum of bilinear samples in each bin of each region.
struct RegionAlign: Operation {
    let node: Node
    let takesMaximum: Bool
    /// Half a pixel is taken off the regions' coordinates.
    let isHalfPixel: Bool
    let height: Int
    let width: Int
    let samplingRatio: Int
    let spatialScale: Float

    /// Samples along one axis of one bin: a region that would need more is refused.
    static let largestGrid = 1 << 12
    /// Samples of all bins of one region together.
    static let largestSampleCount = 1 << 22

    static let entries: [OperatorEntry] = [
        OperatorEntry("RoiAlign", versions: 10...15) { node throws(EngineError) in
            try RegionAlign(node, mode: "output_half_pixel")
        },
        OperatorEntry("RoiAlign", versions: 16...Int.max) { node throws(EngineError) in
            try RegionAlign(node, mode: try node.string("coordinate_transformation_mode", default: "half_pixel"))
        },
    ]

    init(_ node: Node, mode: String) throws(EngineError) {
        self.node = node
        switch mode.lowercased() {
        case "half_pixel": isHalfPixel = true
        case "output_half_pixel": isHalfPixel = false
        default: throw node.malformed("attribute 'coordinate_transformation_mode' is '\(mode)'")
        }
        switch try node.string("mode", default: "avg").lowercased() {
        case "avg": takesMaximum = false
        case "max": takesMaximum = true
        case let other: throw node.malformed("attribute 'mode' is '\(other)'")
        }
        height = try node.int("output_height", default: 1, atLeast: 1)
        width = try node.int("output_width", default: 1, atLeast: 1)
        samplingRatio = try node.int("sampling_ratio", default: 0, atLeast: 0)
        spatialScale = try node.float("spatial_scale", default: 1)
        guard samplingRatio <= Self.largestGrid else { throw node.unsupported("a sampling_ratio of \(samplingRatio)") }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "X", .floating)
        let rois = try node.tensorFact(inputs, 1, "rois", .floating)
        let batch = try node.tensorFact(inputs, 2, "batch_indices", [.int64])
        try node.checkRank(x, "X", 4)
        try node.checkDims(rois, [batch.dim(0), 4], "rois")
        try node.checkRank(batch, "batch_indices", 1)
        let count = rois.dim(0) == .unknown ? batch.dim(0) : rois.dim(0)
        return [try node.outputFact(x.dataType ?? .float32, [count, x.dim(1), .known(height), .known(width)])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        if run.tensor(0).dataType == .float64 { try align(run, Double.self) } else { try align(run, Float.self) }
    }

    private struct Sample<T: Real> {
        var offsets = (0, 0, 0, 0)
        var weights: (T, T, T, T) = (0, 0, 0, 0)
    }

    private func align<T: Real>(_ run: NodeRun, _ type: T.Type) throws(EngineError) {
        let (tensor, rois) = (run.tensor(0), run.elements(run.tensor(1), as: T.self))
        let x = run.elements(tensor, as: T.self)
        let batch = run.tensor(2).pointer(as: Int64.self)
        let output = run.destination(0, as: T.self)
        let (channels, inputs) = (tensor.shape[1], tensor.shape[2] * tensor.shape[3])
        var samples: [Sample<T>] = []
        for region in 0..<output.tensor.shape[0] {
            guard batch[region] >= 0, batch[region] < tensor.shape[0] else {
                throw EngineError(.invalidInput, "region \(region) lies in image \(batch[region]) of \(tensor.shape[0])", place: node.place)
            }
            let (gridHeight, gridWidth) = try grid(rois + region * 4, tensor.shape, into: &samples)
            let perBin = gridHeight * gridWidth
            for channel in 0..<channels {
                let plane = x + (Int(batch[region]) * channels + channel) * inputs
                let target = output.elements + (region * channels + channel) * height * width
                for bin in 0..<height * width {
                    var (sum, best): (T, T?) = (0, nil)
                    for sample in samples[bin * perBin..<(bin + 1) * perBin] {
                        let (w, o) = (sample.weights, sample.offsets)
                        let a = w.0 == 0 ? 0 : w.0 * plane[o.0]
                        let b = w.1 == 0 ? 0 : w.1 * plane[o.1]
                        let c = w.2 == 0 ? 0 : w.2 * plane[o.2]
                        let d = w.3 == 0 ? 0 : w.3 * plane[o.3]
                        sum += a + b + c + d
                        let largest = max(a, b, c, d)
                        best = best.map { max($0, largest) } ?? largest
                    }
                    target[bin] = takesMaximum ? best ?? 0 : sum / T(max(perBin, 1))
                }
            }
        }
        output.finish()
    }

    /// The samples of every bin of one region, and how many there are per bin.
    private func grid<T: Real>(_ roi: UnsafePointer<T>, _ shape: Shape, into samples: inout [Sample<T>]) throws(EngineError) -> (Int, Int) {
        let offset: T = isHalfPixel ? 0.5 : 0
        let scale = T(spatialScale)
        let (left, top) = (roi[0] * scale - offset, roi[1] * scale - offset)
        var (regionWidth, regionHeight) = (roi[2] * scale - offset - left, roi[3] * scale - offset - top)
        if !isHalfPixel { (regionWidth, regionHeight) = (max(regionWidth, 1), max(regionHeight, 1)) }
        let (binHeight, binWidth) = (regionHeight / T(height), regionWidth / T(width))
        let gridHeight = try extent(binHeight)
        let gridWidth = try extent(binWidth)
        guard gridHeight * gridWidth <= Self.largestSampleCount / (height * width) else {
            throw EngineError(.invalidInput, "a region needs more than \(Self.largestSampleCount) samples", place: node.place)
        }
        samples.removeAll(keepingCapacity: true)
        for bin in 0..<height * width {
            let (row, column) = bin.quotientAndRemainder(dividingBy: width)
            for i in 0..<gridHeight {
                let y = top + T(row) * binHeight + (T(i) + 0.5) * binHeight / T(gridHeight)
                for j in 0..<gridWidth {
                    let x = left + T(column) * binWidth + (T(j) + 0.5) * binWidth / T(gridWidth)
                    samples.append(Self.sample(y, x, shape[2], shape[3]))
                }
            }
        }
        return (gridHeight, gridWidth)
    }

    private func extent<T: Real>(_ bin: T) throws(EngineError) -> Int {
        if samplingRatio > 0 { return samplingRatio }
        let wanted = bin.rounded(.up)
        guard wanted <= T(Self.largestGrid) else {
            throw EngineError(.invalidInput, "a region needs more than \(Self.largestGrid) samples a bin", place: node.place)
        }
        return wanted > 0 ? Int(wanted) : 0
    }

    private static func sample<T: Real>(_ y: T, _ x: T, _ height: Int, _ width: Int) -> Sample<T> {
        guard y >= -1, y <= T(height), x >= -1, x <= T(width), height > 0, width > 0 else { return Sample() }
        var (y, x) = (max(y, 0), max(x, 0))
        let (top, left) = (min(Int(y), height - 1), min(Int(x), width - 1))
        let (bottom, right) = (min(top + 1, height - 1), min(left + 1, width - 1))
        if bottom == top { y = T(top) }
        if right == left { x = T(left) }
        let (ly, lx) = (y - T(top), x - T(left))
        return Sample(
            offsets: (top * width + left, top * width + right, bottom * width + left, bottom * width + right),
            weights: ((1 - ly) * (1 - lx), (1 - ly) * lx, ly * (1 - lx), ly * lx))
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        // Regions name their image by number, so images of different requests cannot stand together.
        if inputs[0] != .absent { return [.mixed("its regions name images of the whole batch")] }
        guard inputs[1] == inputs[2] || inputs[1] == .absent && inputs[2] == .absent else { return [.mixed("it combines regions")] }
        return [inputs[1] == .axis(0) || inputs[1] == .absent ? inputs[1] : .mixed("it combines regions")]
    }
}
