import Console
import Tensors
import Testing

@Suite struct OutputDriftTests {
    private func floats(_ values: [Float]) -> Tensor { Tensor(values, dataType: .float32, shape: Shape([values.count])) }

    @Test func `the same answers are at no distance`() {
        var drift = OutputDrift(name: "y")
        drift.add(floats([1, 2, 3]), floats([3, 1, 2]), isDifferent: true)
        #expect(drift.distance == 0)
        #expect(drift.largest == 2)
    }

    @Test func `answers that share no value are as far apart as can be`() {
        var drift = OutputDrift(name: "y")
        drift.add(floats([1, 2]), floats([10, 20]), isDifferent: true)
        #expect(drift.distance == 1)
        #expect(drift.different == 1)
    }

    @Test func `half of the answers moved is a distance of a half`() {
        var drift = OutputDrift(name: "y")
        drift.add(floats([0, 0, 5, 5]), floats([0, 0, 0, 0]), isDifferent: true)
        #expect(drift.distance == 0.5)
    }
}
