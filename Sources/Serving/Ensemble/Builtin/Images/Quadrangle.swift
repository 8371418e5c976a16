internal import Glibc

/// A point in a picture, in pixels from its upper left corner.
struct PicturePoint {
    var x: Double
    var y: Double

    func distance(to other: PicturePoint) -> Double { ((x - other.x) * (x - other.x) + (y - other.y) * (y - other.y)).squareRoot() }
}

/// Four corners: upper left, upper right, lower right, lower left, as what is inside is read.
struct Quadrangle {
    var corners: [PicturePoint]

    var width: Double { max(corners[0].distance(to: corners[1]), corners[3].distance(to: corners[2])) }
    var height: Double { max(corners[0].distance(to: corners[3]), corners[1].distance(to: corners[2])) }

    /// The same area read from another side: once to the left for each quarter.
    func turned(quarters: Int) -> Quadrangle { Quadrangle(corners: (0..<4).map { corners[($0 + quarters) % 4] }) }

    /// From the unit square's coordinates to the picture: a plane seen in perspective. Nil when the corners are no quadrangle.
    var projection: Projection? {
        let (a, b, c, d) = (corners[0], corners[1], corners[2], corners[3])
        let (sumX, sumY) = (a.x - b.x + c.x - d.x, a.y - b.y + c.y - d.y)
        let (firstX, firstY) = (b.x - c.x, b.y - c.y)
        let (secondX, secondY) = (d.x - c.x, d.y - c.y)
        let area = firstX * secondY - secondX * firstY
        guard area.isFinite, abs(area) > 1e-9 else { return nil }
        let g = (sumX * secondY - secondX * sumY) / area
        let h = (firstX * sumY - sumX * firstY) / area
        return Projection(
            xu: b.x - a.x + g * b.x, xv: d.x - a.x + h * d.x, x: a.x, yu: b.y - a.y + g * b.y, yv: d.y - a.y + h * d.y, y: a.y, wu: g, wv: h)
    }

    struct Projection {
        let xu, xv, x, yu, yv, y, wu, wv: Double

        func point(_ u: Double, _ v: Double) -> PicturePoint {
            let w = wu * u + wv * v + 1
            return PicturePoint(x: (xu * u + xv * v + x) / w, y: (yu * u + yv * v + y) / w)
        }
    }

    /// The rectangle of least area around some points, its corners as text in it is read; nil for no points.
    static func enclosing(_ points: [PicturePoint]) -> Quadrangle? {
        let hull = convexHull(points)
        guard let first = hull.first else { return nil }
        guard hull.count > 2 else {
            let other = hull.last ?? first
            return Quadrangle(corners: [first, other, other, first])
        }
        var best: (area: Double, corners: [PicturePoint])?
        for index in hull.indices {
            let (from, to) = (hull[index], hull[(index + 1) % hull.count])
            let length = from.distance(to: to)
            guard length > 1e-9 else { continue }
            let (ux, uy) = ((to.x - from.x) / length, (to.y - from.y) / length)
            var (lowU, highU, lowV, highV) = (Double.infinity, -Double.infinity, Double.infinity, -Double.infinity)
            for point in hull {
                let (u, v) = (point.x * ux + point.y * uy, point.y * ux - point.x * uy)
                (lowU, highU, lowV, highV) = (min(lowU, u), max(highU, u), min(lowV, v), max(highV, v))
            }
            let area = (highU - lowU) * (highV - lowV)
            if let best, best.area <= area { continue }
            best = (
                area, [(lowU, lowV), (highU, lowV), (highU, highV), (lowU, highV)].map { PicturePoint(x: $0.0 * ux - $0.1 * uy, y: $0.0 * uy + $0.1 * ux) }
            )
        }
        return best.map { Quadrangle(corners: upright($0.corners)) }
    }

    /// The corners beginning with the upper left one, clockwise.
    private static func upright(_ corners: [PicturePoint]) -> [PicturePoint] {
        let byX = corners.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
        let left = byX[0].y <= byX[1].y ? (byX[0], byX[1]) : (byX[1], byX[0])
        let right = byX[2].y <= byX[3].y ? (byX[2], byX[3]) : (byX[3], byX[2])
        return [left.0, right.0, right.1, left.1]
    }

    /// The corners of the convex hull, in order; two or fewer when the points lie on a line.
    private static func convexHull(_ points: [PicturePoint]) -> [PicturePoint] {
        let sorted = points.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
        guard sorted.count > 2 else { return sorted }
        func half(_ points: some Sequence<PicturePoint>) -> [PicturePoint] {
            var chain: [PicturePoint] = []
            for point in points {
                while chain.count > 1 {
                    let (a, b) = (chain[chain.count - 2], chain[chain.count - 1])
                    if (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x) > 0 { break }
                    chain.removeLast()
                }
                chain.append(point)
            }
            chain.removeLast()
            return chain
        }
        return half(sorted) + half(sorted.reversed())
    }

    /// Every side moved outwards.
    func grown(by distance: Double) -> Quadrangle {
        let (wide, tall) = (corners[0].distance(to: corners[1]), corners[0].distance(to: corners[3]))
        guard wide > 1e-9, tall > 1e-9 else { return self }
        let (ux, uy) = ((corners[1].x - corners[0].x) / wide * distance, (corners[1].y - corners[0].y) / wide * distance)
        let (vx, vy) = ((corners[3].x - corners[0].x) / tall * distance, (corners[3].y - corners[0].y) / tall * distance)
        let signs: [(Double, Double)] = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
        return Quadrangle(
            corners: zip(corners, signs).map { PicturePoint(x: $0.x + $1.0 * ux + $1.1 * vx, y: $0.y + $1.0 * uy + $1.1 * vy) })
    }

    /// Whether a point lies inside, for corners in clockwise order.
    func contains(_ point: PicturePoint) -> Bool {
        for index in 0..<4 {
            let (a, b) = (corners[index], corners[(index + 1) % 4])
            if (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x) < -1e-9 { return false }
        }
        return true
    }
}
