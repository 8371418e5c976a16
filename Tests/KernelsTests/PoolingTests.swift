import Kernels
import Testing

@Suite struct PoolingTests {
    @Test(arguments: Kernels.available)
    func `windows of any geometry are pooled in both layouts`(_ table: KernelTable) {
        var random = Random(21)
        let lanes = table.lanes
        for _ in 0..<200 {
            var s = Pooling(
                inputHeight: Int.random(in: 1...9, using: &random), inputWidth: Int.random(in: 1...30, using: &random), outputHeight: 0,
                outputWidth: 0, kernelHeight: Int.random(in: 1...4, using: &random), kernelWidth: Int.random(in: 1...3, using: &random))
            s.strideHeight = Int.random(in: 1...3, using: &random)
            s.strideWidth = Int.random(in: 1...3, using: &random)
            s.dilationHeight = Int.random(in: 1...2, using: &random)
            s.dilationWidth = Int.random(in: 1...2, using: &random)
            s.padTop = Int.random(in: 0..<s.kernelHeight, using: &random)
            s.padLeft = Int.random(in: 0..<s.kernelWidth, using: &random)
            s.padBottom = Int.random(in: 0..<s.kernelHeight, using: &random)
            s.padRight = Int.random(in: 0..<s.kernelWidth, using: &random)
            s.countsPadding = Bool.random(using: &random)
            s.outputHeight = outputSize(s.inputHeight, s.kernelHeight, s.strideHeight, s.dilationHeight, s.padTop + s.padBottom)
            s.outputWidth = outputSize(s.inputWidth, s.kernelWidth, s.strideWidth, s.dilationWidth, s.padLeft + s.padRight)
            let channels = Int.random(in: 1...20, using: &random)
            let pixels = s.inputHeight * s.inputWidth
            let outputs = s.outputHeight * s.outputWidth
            var x = random.floats(channels * pixels)
            if Bool.random(using: &random) { x[Int.random(in: 0..<x.count, using: &random)] = .nan }
            for maximum in [true, false] {
                let reference = (0..<channels).flatMap {
                    Reference.pool(s, Array(x[$0 * pixels..<($0 + 1) * pixels]), maximum: maximum)
                }
                var y = Guarded(channels * outputs)
                let blocks = (channels + lanes - 1) / lanes
                var z = Guarded(blocks * lanes * outputs)
                let source = blocked(x, channels: channels, lanes: lanes, filler: 1)
                y.write { (maximum ? table.pooling.maximum : table.pooling.average)(s, x, $0, channels) }
                z.write { (maximum ? table.pooling.blockedMaximum : table.pooling.blockedAverage)(s, source, $0, blocks) }
                #expect(y.isIntact && same(y.values, reference), "\(s)")
                #expect(z.isIntact && same(planar(z.values, channels: channels, lanes: lanes, pixels: outputs), reference), "\(s)")
            }
        }
    }
}
