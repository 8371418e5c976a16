/// Gaussian elimination with partial pivoting, in place.
enum Elimination {
    /// The determinant of the row-major `size` × `size` matrix at `a`, which is destroyed.
    static func determinant<R: RealElement>(_ a: UnsafeMutablePointer<R>, size: Int) -> R {
        var result: R = 1
        for step in 0..<size {
            let pivot = largestRow(a, size: size, width: size, column: step)
            if a[pivot * size + step] == 0 { return 0 }
            if pivot != step {
                swapRows(a, pivot, step, width: size)
                result = -result
            }
            let head = a[step * size + step]
            result *= head
            for row in step + 1..<max(size, step + 1) {
                let factor = a[row * size + step] / head
                if factor == 0 { continue }
                for column in step..<size { a[row * size + column] -= factor * a[step * size + column] }
            }
        }
        return result
    }

    /// Replaces the `size` × 2·`size` matrix at `a`, a matrix beside the identity, by the identity beside its inverse;
    /// false when it has none.
    static func invert<R: RealElement>(_ a: UnsafeMutablePointer<R>, size: Int) -> Bool {
        let width = 2 * size
        for step in 0..<size {
            let pivot = largestRow(a, size: size, width: width, column: step)
            let head = a[pivot * width + step]
            if head == 0 || head != head { return false }
            if pivot != step { swapRows(a, pivot, step, width: width) }
            for column in step..<width { a[step * width + column] /= head }
            for row in 0..<size where row != step {
                let factor = a[row * width + step]
                if factor == 0 { continue }
                for column in step..<width { a[row * width + column] -= factor * a[step * width + column] }
            }
        }
        return true
    }

    private static func largestRow<R: RealElement>(_ a: UnsafeMutablePointer<R>, size: Int, width: Int, column: Int) -> Int {
        var best = column
        for row in column..<size where a[row * width + column].magnitude > a[best * width + column].magnitude { best = row }
        return best
    }

    private static func swapRows<R: RealElement>(_ a: UnsafeMutablePointer<R>, _ one: Int, _ other: Int, width: Int) {
        for column in 0..<width {
            let kept = a[one * width + column]
            a[one * width + column] = a[other * width + column]
            a[other * width + column] = kept
        }
    }
}
