/// A rectangle by its lower and upper corner.
struct BoxCorners {
    private let top: Float
    private let left: Float
    private let bottom: Float
    private let right: Float

    /// - Parameter box: [y1, x1, y2, x2] with the corners in any order, or [x centre, y centre, width, height].
    init(_ box: UnsafePointer<Float>, isCentered: Bool) {
        if isCentered {
            let halfWidth = box[2] / 2
            let halfHeight = box[3] / 2
            (left, right) = (box[0] - halfWidth, box[0] + halfWidth)
            (top, bottom) = (box[1] - halfHeight, box[1] + halfHeight)
        } else {
            (top, bottom) = (min(box[0], box[2]), max(box[0], box[2]))
            (left, right) = (min(box[1], box[3]), max(box[1], box[3]))
        }
    }

    private var area: Float { (bottom - top) * (right - left) }

    /// True when the shared area is more than the part `threshold` of the area that both cover.
    func overlaps(_ other: BoxCorners, over threshold: Float) -> Bool {
        let height = min(bottom, other.bottom) - max(top, other.top)
        let width = min(right, other.right) - max(left, other.left)
        if !(height > 0 && width > 0) { return false }
        let shared = height * width
        let covered = area + other.area - shared
        if !(area > 0 && other.area > 0 && covered > 0) { return false }
        return shared / covered > threshold
    }
}
