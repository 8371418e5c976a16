internal import Tensors

/// MaxRoiPool: the largest element in each bin of each region.
struct MaxRegionPool: Operation {
    let node: Node
    let height: Int
    let width: Int
    let spatialScale: Float

    static let entries: [OperatorEntry] = [
        OperatorEntry("MaxRoiPool") { node throws(EngineError) in try MaxRegionPool(node) }
    ]

    init(_ node: Node) throws(EngineError) {
        self.node = node
        let shape = try node.required("pooled_shape", try node.ints("pooled_shape"))
        guard shape.count == 2, shape.allSatisfy({ $0 > 0 && $0 <= WindowAttributes.largestValue }) else {
            throw node.malformed("attribute 'pooled_shape' is \(shape)")
        }
        (height, width) = (shape[0], shape[1])
        spatialScale = try node.float("spatial_scale", default: 1)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "X", .floating)
        let rois = try node.tensorFact(inputs, 1, "rois", .floating)
        try node.checkRank(x, "X", 4)
        try node.checkDims(rois, [rois.dim(0), 5], "rois")
        return [try node.outputFact(x.dataType ?? .float32, [rois.dim(0), x.dim(1), .known(height), .known(width)])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        if run.tensor(0).dataType == .float64 { try pool(run, Double.self) } else { try pool(run, Float.self) }
    }

    private func pool<T: Real>(_ run: NodeRun, _ type: T.Type) throws(EngineError) {
        let (tensor, rois) = (run.tensor(0), run.elements(run.tensor(1), as: T.self))
        let x = run.elements(tensor, as: T.self)
        let output = run.destination(0, as: T.self)
        let (channels, mapHeight, mapWidth) = (tensor.shape[1], tensor.shape[2], tensor.shape[3])
        for region in 0..<output.tensor.shape[0] {
            let roi = rois + region * 5
            guard roi[0] >= 0, roi[0] < T(tensor.shape[0]) else {
                throw EngineError(.invalidInput, "region \(region) lies in image \(roi[0]) of \(tensor.shape[0])", place: node.place)
            }
            let (left, top) = (try position(roi[1]), try position(roi[2]))
            let regionWidth = max(try position(roi[3]) - left + 1, 1)
            let regionHeight = max(try position(roi[4]) - top + 1, 1)
            for channel in 0..<channels {
                let plane = x + (Int(roi[0]) * channels + channel) * mapHeight * mapWidth
                let target = output.elements + (region * channels + channel) * height * width
                for row in 0..<height {
                    let rows = Self.bin(row, regionHeight, height, top, mapHeight)
                    for column in 0..<width {
                        let columns = Self.bin(column, regionWidth, width, left, mapWidth)
                        var best: T? = nil
                        for i in rows { for j in columns { best = max(best ?? -.infinity, plane[i * mapWidth + j]) } }
                        target[row * width + column] = best ?? 0
                    }
                }
            }
        }
        output.finish()
    }

    private func position<T: Real>(_ coordinate: T) throws(EngineError) -> Int {
        let scaled = (coordinate * T(spatialScale)).rounded(.toNearestOrAwayFromZero)
        guard abs(scaled) < T(WindowAttributes.largestValue) else {
            throw EngineError(.invalidInput, "a region's coordinate is \(coordinate)", place: node.place)
        }
        return Int(scaled)
    }

    /// The positions that bin `index` of `count` covers, inside the map.
    private static func bin(_ index: Int, _ extent: Int, _ count: Int, _ start: Int, _ limit: Int) -> Range<Int> {
        let size = Float(extent) / Float(count)
        let first = min(max(Int((Float(index) * size).rounded(.down)) + start, 0), limit)
        let end = min(max(Int((Float(index + 1) * size).rounded(.up)) + start, 0), limit)
        return first..<max(first, end)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if inputs[0] != .absent { return [.mixed("its regions name images of the whole batch")] }
        return [inputs[1] == .axis(0) || inputs[1] == .absent ? inputs[1] : .mixed("it combines regions")]
    }
}
