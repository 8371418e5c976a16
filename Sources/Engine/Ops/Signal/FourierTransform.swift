import Glibc

/// Bounds of Fourier transforms.
enum FourierLimits {
    /// The largest length; a longer one is refused.
    static let maximumLength = 1 << 24
    /// A length with a larger prime factor is transformed by convolution, which costs precision.
    static let largestFactor = 31

    /// True when every prime factor of `length` has a pass of its own.
    static func hasPasses(_ length: Int) -> Bool {
        var rest = max(length, 1)
        for factor in 2...largestFactor {
            while rest % factor == 0 { rest /= factor }
        }
        return rest == 1
    }
}

/// The discrete Fourier transform of one length in the precision of `Scalar`.
///
/// Lengths whose prime factors are small go through one pass per factor; all others are turned into a convolution of a
/// power of two. Immutable, and used by any number of threads at once, each with a workspace of its own.
final class FourierTransform<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable>: Sendable {
    struct Complex: BitwiseCopyable, Sendable {
        var real: Scalar
        var imaginary: Scalar

        static var zero: Complex { Complex(real: 0, imaginary: 0) }

        @inline(__always)
        static func * (left: Complex, right: Complex) -> Complex {
            Complex(
                real: left.real * right.real - left.imaginary * right.imaginary,
                imaginary: left.real * right.imaginary + left.imaginary * right.real)
        }

        @inline(__always)
        static func + (left: Complex, right: Complex) -> Complex {
            Complex(real: left.real + right.real, imaginary: left.imaginary + right.imaginary)
        }

        @inline(__always)
        static func - (left: Complex, right: Complex) -> Complex {
            Complex(real: left.real - right.real, imaginary: left.imaginary - right.imaginary)
        }

        var conjugate: Complex { Complex(real: real, imaginary: -imaginary) }
    }

    let length: Int
    private let factors: [Int]
    /// exp(-2πi k / length).
    private let roots: [Complex]
    private let convolution: Convolution?

    /// What a length with a large prime factor needs instead of passes.
    private final class Convolution: Sendable {
        let inner: FourierTransform
        /// exp(-πi k² / length).
        let chirp: [Complex]
        /// The transform of the chirp's conjugate, wrapped around.
        let response: [Complex]

        init(length: Int, inner: FourierTransform) {
            self.inner = inner
            var chirp: [Complex] = []
            chirp.reserveCapacity(length)
            var square = 0
            for index in 0..<length {
                // Square modulo twice the length, step by step: (k + 1)² = k² + 2k + 1.
                chirp.append(FourierTransform.root(square, of: 2 * length))
                square = (square + 2 * index + 1) % (2 * length)
            }
            var response = [Complex](repeating: .zero, count: inner.length)
            for (index, value) in chirp.enumerated() {
                response[index] = value.conjugate
                if index > 0 { response[inner.length - index] = value.conjugate }
            }
            self.chirp = chirp
            var space = [Complex](repeating: .zero, count: inner.workspaceCount)
            response.withUnsafeMutableBufferPointer { values in
                space.withUnsafeMutableBufferPointer { space in
                    if let values = values.baseAddress, let space = space.baseAddress { inner.transform(values, space) }
                }
            }
            self.response = response
        }
    }

    /// - Parameter length: at least 1.
    init(length: Int) throws(EngineError) {
        guard length >= 1, length <= FourierLimits.maximumLength else {
            throw EngineError(.resourceExhausted, "a transform of length \(length), the limit is \(FourierLimits.maximumLength)")
        }
        self.length = length
        if FourierLimits.hasPasses(length) {
            factors = Self.factors(of: length)
            roots = (0..<length).map { Self.root($0, of: length) }
            convolution = nil
        } else {
            factors = []
            roots = []
            var inner = 1
            while inner < 2 * length - 1 { inner *= 2 }
            convolution = Convolution(length: length, inner: FourierTransform(powerOfTwo: inner))
        }
    }

    /// Its length may exceed the public limit.
    private init(powerOfTwo length: Int) {
        self.length = length
        factors = Self.factors(of: length)
        roots = (0..<length).map { Self.root($0, of: length) }
        convolution = nil
    }

    /// Fours as long as they go, with a two left over in front of them, then the odd primes.
    private static func factors(of length: Int) -> [Int] {
        let twos = length.trailingZeroBitCount
        var factors = [Int](repeating: 4, count: twos / 2)
        if twos % 2 == 1 { factors.insert(2, at: 0) }
        var rest = length >> twos
        var factor = 3
        while rest > 1 {
            while rest % factor == 0 {
                factors.append(factor)
                rest /= factor
            }
            factor += 2
        }
        return factors
    }

    private static func root(_ index: Int, of length: Int) -> Complex {
        let angle = -2 * Double.pi * Double(index) / Double(length)
        return Complex(real: Scalar(cos(angle)), imaginary: Scalar(sin(angle)))
    }

    /// Elements that a workspace must have.
    var workspaceCount: Int {
        if let convolution { return convolution.inner.length * 2 }
        return length
    }

    /// Replaces the `length` elements of `values` by their transform.
    ///
    /// - Parameter space: ``workspaceCount`` elements for the transform's own use.
    func transform(_ values: UnsafeMutablePointer<Complex>, _ space: UnsafeMutablePointer<Complex>) {
        if let convolution {
            convolve(values, space, convolution)
            return
        }
        var from = values
        var to = space
        var remaining = length
        var stride = 1
        for factor in factors {
            let part = remaining / factor
            switch factor {
            case 2: passTwo(from, to, part: part, stride: stride)
            case 4: passFour(from, to, part: part, stride: stride)
            case 5: passFive(from, to, part: part, stride: stride)
            default: pass(factor, from, to, part: part, stride: stride)
            }
            swap(&from, &to)
            remaining = part
            stride *= factor
        }
        if from != values { values.update(from: from, count: length) }
    }

    /// Replaces `values` by their inverse transform, divided by the length.
    func inverse(_ values: UnsafeMutablePointer<Complex>, _ space: UnsafeMutablePointer<Complex>) {
        for index in 0..<length { values[index] = values[index].conjugate }
        transform(values, space)
        let scale = 1 / Scalar(length)
        for index in 0..<length {
            values[index] = Complex(real: values[index].real * scale, imaginary: -values[index].imaginary * scale)
        }
    }

    private func passTwo(_ from: UnsafePointer<Complex>, _ to: UnsafeMutablePointer<Complex>, part: Int, stride: Int) {
        for q in 0..<part {
            let root = roots[q * stride]
            for k in 0..<stride {
                let a = from[k + stride * q]
                let b = from[k + stride * (q + part)]
                to[k + stride * 2 * q] = a + b
                to[k + stride * (2 * q + 1)] = (a - b) * root
            }
        }
    }

    private func passFour(_ from: UnsafePointer<Complex>, _ to: UnsafeMutablePointer<Complex>, part: Int, stride: Int) {
        for q in 0..<part {
            let first = roots[q * stride]
            let second = roots[2 * q * stride]
            let third = roots[3 * q * stride]
            for k in 0..<stride {
                let a = from[k + stride * q]
                let b = from[k + stride * (q + part)]
                let c = from[k + stride * (q + 2 * part)]
                let d = from[k + stride * (q + 3 * part)]
                let even = a + c
                let odd = a - c
                let sum = b + d
                let difference = b - d
                // -i times the difference.
                let turned = Complex(real: difference.imaginary, imaginary: -difference.real)
                let target = k + stride * 4 * q
                to[target] = even + sum
                to[target + stride] = (odd + turned) * first
                to[target + 2 * stride] = (even - sum) * second
                to[target + 3 * stride] = (odd - turned) * third
            }
        }
    }

    private func passFive(_ from: UnsafePointer<Complex>, _ to: UnsafeMutablePointer<Complex>, part: Int, stride: Int) {
        let first = roots[length / 5]
        let second = roots[length / 5 * 2]
        for q in 0..<part {
            for k in 0..<stride {
                let source = from + (k + stride * q)
                let target = to + (k + stride * 5 * q)
                let step = stride * part
                let start = source[0]
                let outer = source[step] + source[4 * step]
                let outerGap = source[step] - source[4 * step]
                let inner = source[2 * step] + source[3 * step]
                let innerGap = source[2 * step] - source[3 * step]
                target[0] = start + outer + inner
                for turn in 1...2 {
                    let near = turn == 1 ? first : second
                    let far = turn == 1 ? second : first
                    let farSign: Scalar = turn == 1 ? 1 : -1
                    let even = Complex(
                        real: start.real + near.real * outer.real + far.real * inner.real,
                        imaginary: start.imaginary + near.real * outer.imaginary + far.real * inner.imaginary)
                    let odd = Complex(
                        real: -(near.imaginary * outerGap.imaginary + farSign * far.imaginary * innerGap.imaginary),
                        imaginary: near.imaginary * outerGap.real + farSign * far.imaginary * innerGap.real)
                    target[turn * stride] = (even + odd) * roots[turn * q * stride]
                    target[(5 - turn) * stride] = (even - odd) * roots[(5 - turn) * q * stride]
                }
            }
        }
    }

    private func pass(_ factor: Int, _ from: UnsafePointer<Complex>, _ to: UnsafeMutablePointer<Complex>, part: Int, stride: Int) {
        let step = length / factor
        for q in 0..<part {
            for k in 0..<stride {
                for r in 0..<factor {
                    var sum = from[k + stride * q]
                    for j in 1..<factor {
                        sum = sum + from[k + stride * (q + part * j)] * roots[j * r % factor * step]
                    }
                    to[k + stride * (factor * q + r)] = sum * roots[q * r * stride]
                }
            }
        }
    }

    private func convolve(
        _ values: UnsafeMutablePointer<Complex>, _ space: UnsafeMutablePointer<Complex>, _ convolution: Convolution
    ) {
        let inner = convolution.inner
        for index in 0..<length { space[index] = values[index] * convolution.chirp[index] }
        (space + length).update(repeating: .zero, count: inner.length - length)
        inner.transform(space, space + inner.length)
        for index in 0..<inner.length { space[index] = space[index] * convolution.response[index] }
        inner.inverse(space, space + inner.length)
        for index in 0..<length { values[index] = space[index] * convolution.chirp[index] }
    }
}
