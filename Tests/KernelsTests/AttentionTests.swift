import Kernels
import Testing

@Suite struct AttentionTests {
    /// One head in double precision.
    func reference(_ a: Attention, q: [Float], k: [Float], v: [Float], mask: [Float]?) -> [Float] {
        (0..<a.queries).flatMap { m -> [Float] in
            let scores = (0..<a.keys).map { n -> Float in
                let hidden = a.causalOffset.map { n > m + $0 } ?? false
                let product = (0..<a.depth).reduce(0.0) { $0 + Double(q[m * a.qRowStride + $1]) * Double(k[n * a.kRowStride + $1]) }
                return hidden ? -.infinity : Float(product * Double(a.scale)) + (mask?[m * a.maskRowStride + n] ?? 0)
            }
            let weights = Reference.softmax(scores, logarithm: false)
            return (0..<a.valueDepth).map { d in
                Float((0..<a.keys).reduce(0.0) { $0 + Double(weights[$1]) * Double(v[$1 * a.vRowStride + d]) })
            }
        }
    }

    func run(_ table: KernelTable, _ shape: Attention, rows: Range<Int>, q: [Float], k: [Float], v: [Float], mask: [Float]?) -> Guarded {
        var scratch = Guarded(
            table.attention.scratchFloats(rows.count, shape.keys, shape.depth, shape.valueDepth), filledWith: .nan)
        var output = Guarded(rows.count * shape.valueDepth, filledWith: .nan)
        q.withUnsafeBufferPointer { q in
            k.withUnsafeBufferPointer { k in
                v.withUnsafeBufferPointer { v in
                    (mask ?? []).withUnsafeBufferPointer { values in
                        scratch.write { scratch in
                            output.write { output in
                                var a = shape
                                a.queries = rows.count
                                a.q = q.baseAddress! + rows.lowerBound * shape.qRowStride
                                a.k = k.baseAddress!
                                a.v = v.baseAddress!
                                a.mask = mask == nil ? nil : values.baseAddress! + rows.lowerBound * shape.maskRowStride
                                a.causalOffset = shape.causalOffset.map { $0 + rows.lowerBound }
                                a.output = output
                                a.outputRowStride = shape.valueDepth
                                a.scratch = scratch
                                table.attention.attend(a)
                            }
                        }
                    }
                }
            }
        }
        #expect(output.isIntact && scratch.isIntact)
        return output
    }

    @Test(arguments: Kernels.available)
    func `a head is close to the exact, and a query has the same bits alone`(_ table: KernelTable) {
        var random = Random(91)
        let none = UnsafeMutablePointer<Float>(bitPattern: 64)!
        for i in 0..<40 {
            var a = Attention(
                queries: Int.random(in: 1...130, using: &random), keys: Int.random(in: 1...90, using: &random),
                depth: Int.random(in: 1...40, using: &random), valueDepth: Int.random(in: 1...40, using: &random), q: none, qRowStride: 0,
                k: none, kRowStride: 0, v: none, vRowStride: 0, output: none, outputRowStride: 0, scratch: none)
            a.qRowStride = a.depth + 2
            a.kRowStride = a.depth + 1
            a.vRowStride = a.valueDepth + 3
            a.scale = 0.3
            a.maskRowStride = i % 3 == 0 ? 0 : a.keys
            a.causalOffset = i % 4 == 0 ? Int.random(in: 0...9, using: &random) : nil
            let q = random.floats(a.queries * a.qRowStride)
            let k = random.floats(a.keys * a.kRowStride)
            let v = random.floats(a.keys * a.vRowStride)
            let mask = i % 2 == 0 ? random.floats(a.queries * a.keys) : nil
            let whole = run(table, a, rows: 0..<a.queries, q: q, k: k, v: v, mask: mask).values
            let expected = reference(a, q: q, k: k, v: v, mask: mask)
            #expect(whole.count == expected.count)
            for (x, y) in zip(whole, expected) { #expect(abs(x - y) < 3e-6) }
            let m = Int.random(in: 0..<a.queries, using: &random)
            let alone = run(table, a, rows: m..<m + 1, q: q, k: k, v: v, mask: mask).values
            #expect(same(alone, Array(whole[m * a.valueDepth..<(m + 1) * a.valueDepth])))
        }
    }
}
