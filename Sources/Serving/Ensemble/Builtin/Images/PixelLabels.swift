/// Which pixels of a picture are set, and which of them touch.
struct PixelLabels {
    private let width: Int
    private let height: Int
    private var isSet: [Bool]

    init(width: Int, height: Int, _ isSet: (Int) -> Bool) {
        self.width = width
        self.height = height
        self.isSet = (0..<width * height).map(isSet)
    }

    /// Sets the right, the lower and the lower right neighbour of every pixel that is set.
    mutating func dilate() {
        var grown = isSet
        for y in 0..<height {
            for x in 0..<width where isSet[y * width + x] {
                if x + 1 < width { grown[y * width + x + 1] = true }
                if y + 1 < height { grown[(y + 1) * width + x] = true }
                if x + 1 < width, y + 1 < height { grown[(y + 1) * width + x + 1] = true }
            }
        }
        isSet = grown
    }

    /// For every group of pixels that touch, by a side or a corner, the corners of the pixels at the ends of its lines: their hull is the group's.
    func components() -> [[PicturePoint]] {
        var seen = [Bool](repeating: false, count: isSet.count)
        var components: [[PicturePoint]] = []
        var stack: [Int] = []
        for start in isSet.indices where isSet[start] && !seen[start] {
            seen[start] = true
            stack.append(start)
            var ends: [Int: (low: Int, high: Int)] = [:]
            while let place = stack.popLast() {
                let (x, y) = (place % width, place / width)
                let known = ends[y] ?? (x, x)
                ends[y] = (min(known.low, x), max(known.high, x))
                for nextY in max(0, y - 1)...min(height - 1, y + 1) {
                    for nextX in max(0, x - 1)...min(width - 1, x + 1) {
                        let next = nextY * width + nextX
                        guard isSet[next], !seen[next] else { continue }
                        seen[next] = true
                        stack.append(next)
                    }
                }
            }
            var points: [PicturePoint] = []
            for (y, end) in ends {
                for x in [end.low, end.high + 1] {
                    points.append(PicturePoint(x: Double(x), y: Double(y)))
                    points.append(PicturePoint(x: Double(x), y: Double(y + 1)))
                }
            }
            components.append(points)
        }
        return components
    }
}
