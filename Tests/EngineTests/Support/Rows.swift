import Engine
import Tensors
import Testing

extension Tensor {
    /// Slices `range` along `axis`.
    func slice(_ axis: Int, _ range: Range<Int>) -> Tensor {
        let (outer, inner) = (shape.count(in: 0..<axis), shape.count(in: axis + 1..<shape.rank) * dataType.byteWidth)
        var dims = shape.dims
        dims[axis] = range.count
        let result = Tensor(dataType: dataType, shape: Shape(dims))
        for block in 0..<outer {
            (result.mutableBytes + block * range.count * inner).copyMemory(
                from: bytes + (block * shape[axis] + range.lowerBound) * inner, byteCount: range.count * inner)
        }
        return result
    }

    /// The bytes of all elements.
    var raw: [UInt8] { [UInt8](UnsafeRawBufferPointer(start: bytes, count: byteCount)) }
}

/// Runs one operator over a whole batch, then over every row alone and over pairs of rows, and expects the same bits.
///
/// - Parameters:
///   - inputs: with the axis of the rows, nil for what all rows share.
///   - outputs: the axis of the rows in each output.
func expectSameBitsAlone(
    _ name: String, _ inputs: [(Tensor?, axis: Int?)], outputs: [Int] = [0], version: Int = 21, domain: String = "",
    _ attributes: [String: Attribute] = [:], sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let rows = inputs.compactMap { input in input.axis.flatMap { input.0?.shape[$0] } }.first ?? 0
    func run(_ range: Range<Int>) throws -> [Tensor] {
        try apply(
            name, inputs.map { tensor, axis in axis.flatMap { tensor?.slice($0, range) } ?? tensor }, version: version, domain: domain,
            outputs: outputs.count, attributes)
    }
    let together = try run(0..<rows)
    for range in (0..<rows).map({ $0..<$0 + 1 }) + (0..<max(rows - 1, 0)).map({ $0..<$0 + 2 }) {
        let alone = try run(range)
        for (index, axis) in outputs.enumerated() {
            #expect(
                alone[index].raw == together[index].slice(axis, range).raw, "\(name): rows \(range) of output \(index)",
                sourceLocation: sourceLocation)
        }
    }
}

/// Expects floats within `tolerance` of the largest expected one.
func expectClose(
    _ actual: [Float], _ expected: [Float], tolerance: Float = 1e-5, _ what: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(actual.count == expected.count, "\(what)", sourceLocation: sourceLocation)
    let bound = tolerance * max(expected.reduce(0) { max($0, abs($1)) }, 1e-3)
    for (index, pair) in zip(actual, expected).enumerated() where !(abs(pair.0 - pair.1) <= bound) {
        Issue.record("\(what): element \(index) is \(pair.0), not \(pair.1)", sourceLocation: sourceLocation)
        return
    }
}
