import Glibc

/// One decision for each pair of classes, from the comparisons with both classes' vectors.
struct SVMPairs: Sendable {
    let classes: Int
    /// Pairs: (0, 1), (0, 2), … (1, 2), …
    let count: Int
    private let vectorsPerClass: [Int]
    private let starts: [Int]
    private let vectorCount: Int
    /// [classes - 1, vectors].
    private let coefficients: [Float]
    private let rho: [Float]
    private let slopes: [Float]
    private let offsets: [Float]

    /// Classes beyond this are refused: their pairs are too many.
    private static let maximumClasses = 1 << 12

    init(
        _ node: Node, classes: Int, vectorsPerClass: [Int], coefficients: [Float], rho: [Float]
    ) throws(EngineError) {
        guard vectorsPerClass.count == classes else {
            throw node.malformed("vectors_per_class has \(vectorsPerClass.count) entries for \(classes) classes")
        }
        guard classes <= Self.maximumClasses else { throw node.unsupported("\(classes) classes") }
        var starts: [Int] = []
        var sum = 0
        for vectors in vectorsPerClass {
            starts.append(sum)
            sum += vectors
        }
        let pairs = classes * (classes - 1) / 2
        slopes = try node.floats("prob_a") ?? []
        offsets = try node.floats("prob_b") ?? []
        let (needed, overflow) = sum.multipliedReportingOverflow(by: classes - 1)
        guard !overflow, coefficients.count >= needed, rho.count >= pairs, slopes.isEmpty || slopes.count >= pairs,
            slopes.count == offsets.count
        else {
            throw node.malformed(
                "\(coefficients.count) coefficients, \(rho.count) rho, \(slopes.count) prob_a and \(offsets.count) prob_b for \(pairs) pairs of classes and \(sum) vectors"
            )
        }
        self.classes = classes
        self.vectorsPerClass = vectorsPerClass
        self.starts = starts
        self.coefficients = coefficients
        self.rho = rho
        count = pairs
        vectorCount = sum
    }

    var hasProbabilities: Bool { !slopes.isEmpty }

    /// The decision of each pair, and the class that wins most of them.
    func decide(_ compared: UnsafePointer<Float>) -> (decisions: [Float], winner: Int) {
        var decisions: [Float] = []
        decisions.reserveCapacity(count)
        var votes = [Int](repeating: 0, count: classes)
        for first in 0..<classes {
            for second in first + 1..<max(classes, first + 1) {
                var sum = 0.0
                for vector in starts[first]..<starts[first] + vectorsPerClass[first] {
                    sum += Double(coefficients[(second - 1) * vectorCount + vector] * compared[vector])
                }
                for vector in starts[second]..<starts[second] + vectorsPerClass[second] {
                    sum += Double(coefficients[first * vectorCount + vector] * compared[vector])
                }
                sum += Double(rho[decisions.count])
                decisions.append(Float(sum))
                votes[sum > 0 ? first : second] += 1
            }
        }
        var winner = 0
        for index in 0..<classes where votes[index] > votes[winner] { winner = index }
        return (decisions, winner)
    }

    /// The probability of each class, as libsvm couples those of the pairs.
    func probabilities(_ decisions: [Float], into result: UnsafeMutablePointer<Float>) {
        var pairwise = [Float](repeating: 0, count: classes * classes)
        var index = 0
        for first in 0..<classes {
            for second in first + 1..<max(classes, first + 1) {
                let value = 1 - PostTransform.logistic(decisions[index] * slopes[index] + offsets[index])
                let bounded = min(max(value, 1e-7), 1 - 1e-7)
                pairwise[first * classes + second] = bounded
                pairwise[second * classes + first] = 1 - bounded
                index += 1
            }
        }
        couple(pairwise, into: result)
    }

    private func couple(_ pairwise: [Float], into p: UnsafeMutablePointer<Float>) {
        let n = classes
        var q = [Float](repeating: 0, count: n * n)
        for i in 0..<n {
            p[i] = 1 / Float(n)
            for j in 0..<n where j != i {
                q[i * n + i] += pairwise[j * n + i] * pairwise[j * n + i]
                q[i * n + j] = j < i ? q[j * n + i] : -pairwise[j * n + i] * pairwise[i * n + j]
            }
        }
        var product = [Float](repeating: 0, count: n)
        let tolerance = 0.005 / Float(n)
        for _ in 0..<100 {
            var total: Float = 0
            for i in 0..<n {
                product[i] = 0
                for j in 0..<n { product[i] += q[i * n + j] * p[j] }
                total += p[i] * product[i]
            }
            var largest: Float = 0
            for i in 0..<n { largest = max(largest, abs(product[i] - total)) }
            if largest < tolerance { return }
            for i in 0..<n {
                let step = (total - product[i]) / q[i * n + i]
                p[i] += step
                total = (total + step * (step * q[i * n + i] + 2 * product[i])) / (1 + step) / (1 + step)
                for j in 0..<n {
                    product[j] = (product[j] + step * q[i * n + j]) / (1 + step)
                    p[j] /= 1 + step
                }
            }
        }
    }
}
