import Engine
import Glibc
import Tensors
import Testing

@Suite struct FourierTransformTests {
    /// From the definition, in quadratic time.
    private func expected(_ values: [Double]) -> [Double] {
        let n = values.count
        return (0..<n).flatMap { k -> [Double] in
            var (real, imaginary) = (0.0, 0.0)
            for (j, value) in values.enumerated() {
                let angle = -2 * Double.pi * Double(j * k % n) / Double(n)
                real += value * cos(angle)
                imaginary += value * sin(angle)
            }
            return [real, imaginary]
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8, 12, 15, 16, 30, 31, 37, 64, 74, 97, 100, 101, 128, 1009])
    func `any length agrees with the definition and comes back`(_ n: Int) throws {
        let values = (0..<n).map { sin(Double($0) * 1.7) + Double($0 % 3) }
        let spectrum = try apply("DFT", [.doubles(values, [1, n, 1])])[0]
        #expect(spectrum.shape == [1, n, 2])
        for (found, wanted) in zip(spectrum.doubles, expected(values)) { #expect(abs(found - wanted) < 1e-9 * Double(n)) }
        let back = try apply("DFT", [spectrum], ["inverse": .int(1)])[0].doubles
        for (index, value) in values.enumerated() { #expect(abs(back[2 * index] - value) < 1e-9) }
        let half = try apply("DFT", [.doubles(values, [1, n, 1])], ["onesided": .int(1)])[0]
        #expect(half.shape == [1, n / 2 + 1, 2])
        let real = try apply("DFT", [half, .int64s([Int64(n)], .scalar)], ["onesided": .int(1), "inverse": .int(1)])[0]
        #expect(real.shape == [1, n, 1])
        for (index, value) in values.enumerated() { #expect(abs(real.doubles[index] - value) < 1e-9) }
    }

    @Test func `lengths cut or fill up, axes may lie outside`() throws {
        let x = Tensor.doubles([1, 2, 3, 4], [2, 2, 1])
        #expect(try apply("DFT", [x, nil, .int64s([0], .scalar)])[0].doubles == [4, 0, 6, 0, -2, 0, -2, 0])
        #expect(try apply("DFT", [x, .int64s([1], .scalar)])[0].doubles == [1, 0, 3, 0])
        #expect(fault("DFT", [x, .int64s([0], .scalar)]) != nil)
        #expect(fault("DFT", [x, .int64s([.max], .scalar)]) != nil)
        #expect(fault("DFT", [x, nil, .int64s([2], .scalar)]) != nil)
    }

    @Test func `frames of a signal`() throws {
        let signal = Tensor.floats([1, 0, 0, 0, 2, 0], [1, 6, 1])
        let result = try apply("STFT", [signal, .int64s([2], .scalar), nil, .int64s([4], .scalar)])[0]
        #expect(result.shape == [1, 2, 3, 2])
        #expect(result.floats == [1, 0, 1, 0, 1, 0, 2, 0, -2, 0, 2, 0])
        #expect(fault("STFT", [signal, .int64s([0], .scalar), nil, .int64s([4], .scalar)]) != nil)
        #expect(fault("STFT", [signal, .int64s([2], .scalar), nil, .int64s([7], .scalar)]) != nil)
    }

    @Test func `windows`() throws {
        #expect(try apply("HannWindow", [.int64s([4], .scalar)])[0].floats == [0, 0.5, 1, 0.5])
        #expect(try apply("HannWindow", [.int64s([3], .scalar)], ["periodic": .int(0)])[0].floats == [0, 1, 0])
        #expect(try apply("HammingWindow", [.int64s([0], .scalar)])[0].shape == [0])
        #expect(try apply("BlackmanWindow", [.int64s([1], .scalar)], ["periodic": .int(0)])[0].floats == [1])
        #expect(fault("HannWindow", [.int64s([-1], .scalar)]) != nil)
    }
}
