import Kernels
import Testing

/// [channels, pixels] to [channels / lanes, pixels, lanes]; lanes beyond the channels hold `filler`.
func blocked(_ x: [Float], channels: Int, lanes: Int, filler: Float = 0) -> [Float] {
    let pixels = channels == 0 ? 0 : x.count / channels
    let blocks = (channels + lanes - 1) / lanes
    var y = [Float](repeating: filler, count: blocks * pixels * lanes)
    for c in 0..<channels {
        for p in 0..<pixels { y[(c / lanes * pixels + p) * lanes + c % lanes] = x[c * pixels + p] }
    }
    return y
}

func planar(_ y: [Float], channels: Int, lanes: Int, pixels: Int) -> [Float] {
    (0..<channels).flatMap { c in (0..<pixels).map { p in y[(c / lanes * pixels + p) * lanes + c % lanes] } }
}

/// Output size of a window along one axis.
func outputSize(_ input: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ pads: Int) -> Int {
    max(0, (input + pads - (kernel - 1) * dilation - 1) / stride + 1)
}

struct ConvolutionCase: CustomStringConvertible {
    var call: DirectConvolution
    var hasBias: Bool
    var hasResidual: Bool

    init(_ random: inout Random, maxSize: Int = 40, maxChannels: Int = 40) {
        let none = UnsafePointer<Float>(bitPattern: 64)!
        let kernel = (Int.random(in: 1...3, using: &random), Int.random(in: 1...4, using: &random))
        call = DirectConvolution(
            input: none, isPlanar: Bool.random(using: &random), inputChannels: Int.random(in: 1...maxChannels, using: &random),
            inputHeight: Int.random(in: 1...9, using: &random), inputWidth: Int.random(in: 1...maxSize, using: &random), weights: none,
            kernelHeight: kernel.0, kernelWidth: kernel.1, output: UnsafeMutablePointer(mutating: none),
            outputChannels: Int.random(in: 1...maxChannels, using: &random), outputHeight: 0, outputWidth: 0)
        call.strideHeight = Int.random(in: 1...2, using: &random)
        call.strideWidth = Int.random(in: 1...2, using: &random)
        call.dilationHeight = Int.random(in: 1...2, using: &random)
        call.dilationWidth = Int.random(in: 1...2, using: &random)
        call.padTop = Int.random(in: 0...2, using: &random)
        call.padLeft = Int.random(in: 0...2, using: &random)
        call.outputHeight = outputSize(
            call.inputHeight, kernel.0, call.strideHeight, call.dilationHeight, call.padTop + Int.random(in: 0...2, using: &random))
        call.outputWidth = outputSize(
            call.inputWidth, kernel.1, call.strideWidth, call.dilationWidth, call.padLeft + Int.random(in: 0...2, using: &random))
        call.activation = [.identity, .relu, .clip(-0.5, 0.5), .relu6].randomElement(using: &random)!
        hasBias = Bool.random(using: &random)
        hasResidual = Bool.random(using: &random)
    }

    var description: String { "\(call)" }
    var outputPixels: Int { call.outputHeight * call.outputWidth }

    func run(_ table: KernelTable, seed: UInt64, splits: Bool, winograd: Bool = false) -> (
        kernel: [Float], reference: [Float], isIntact: Bool
    ) {
        var random = Random(seed)
        let lanes = table.lanes
        let taps = call.kernelHeight * call.kernelWidth
        let input = random.floats(call.inputChannels * call.inputHeight * call.inputWidth)
        let weights = random.floats(call.outputChannels * call.inputChannels * taps)
        let bias = random.floats(call.outputChannels)
        let residual = random.floats(call.outputChannels * outputPixels)
        let kernels = table.convolution
        var packed: [Float]
        if winograd {
            packed = [Float](repeating: .nan, count: kernels.winogradPackedFloats(call.outputChannels, call.inputChannels))
            kernels.packWinograd(weights, call.outputChannels, call.inputChannels, &packed)
        } else {
            packed = [Float](repeating: .nan, count: kernels.packedFloats(call.outputChannels, call.inputChannels, taps, call.isPlanar))
            kernels.packWeights(weights, call.outputChannels, call.inputChannels, taps, call.isPlanar, &packed)
        }
        let source = Guarded(call.isPlanar ? input : blocked(input, channels: call.inputChannels, lanes: lanes, filler: 3))
        let added = blocked(residual, channels: call.outputChannels, lanes: lanes)
        let blocks = (call.outputChannels + lanes - 1) / lanes
        var output = Guarded(blocks * lanes * outputPixels, filledWith: .nan)
        var scratch = Guarded(winograd ? kernels.winogradScratchFloats(call) : kernels.scratchFloats(call), filledWith: .nan)
        packed.withUnsafeBufferPointer { packed in
            bias.withUnsafeBufferPointer { bias in
                added.withUnsafeBufferPointer { added in
                    source.read { source in
                        scratch.write { scratch in
                            output.write { output in
                                var c = call
                                c.input = source
                                c.weights = packed.baseAddress!
                                c.output = output
                                c.bias = hasBias ? bias.baseAddress : nil
                                c.residual = hasResidual ? added.baseAddress : nil
                                c.scratch = scratch
                                let panels = (c.outputChannels + 2 * lanes - 1) / (2 * lanes)
                                if winograd {
                                    let tileRows = (c.outputHeight + 3) / 4
                                    if splits {
                                        for row in 0..<tileRows { kernels.winograd(c, row..<row + 1) }
                                    } else {
                                        kernels.winograd(c, 0..<tileRows)
                                    }
                                } else if splits {
                                    for panel in 0..<panels {
                                        for row in 0..<c.outputHeight { table.convolution.direct(c, panel..<panel + 1, row..<row + 1) }
                                    }
                                } else {
                                    table.convolution.direct(c, 0..<panels, 0..<c.outputHeight)
                                }
                            }
                        }
                    }
                }
            }
        }
        let reference = Reference.convolution(
            call, input: input, weights: weights, bias: hasBias ? bias : nil, residual: hasResidual ? residual : nil, depthwise: false,
            lanes: lanes, fused: table.fuses)
        return (
            planar(output.values, channels: call.outputChannels, lanes: lanes, pixels: outputPixels), reference,
            output.isIntact && scratch.isIntact
        )
    }

    func runDepthwise(_ table: KernelTable, seed: UInt64) -> (kernel: [Float], reference: [Float], isIntact: Bool) {
        var random = Random(seed)
        let lanes = table.lanes
        let taps = call.kernelHeight * call.kernelWidth
        let channels = call.inputChannels
        var shape = call
        shape.outputChannels = channels
        let input = random.floats(channels * call.inputHeight * call.inputWidth)
        let weights = random.floats(channels * taps)
        let bias = random.floats(channels)
        let residual = random.floats(channels * outputPixels)
        let blocks = (channels + lanes - 1) / lanes
        var packed = [Float](repeating: .nan, count: blocks * lanes * taps)
        table.convolution.packDepthwiseWeights(weights, channels, taps, &packed)
        let source = Guarded(blocked(input, channels: channels, lanes: lanes, filler: 3))
        let added = blocked(residual, channels: channels, lanes: lanes)
        var output = Guarded(blocks * lanes * outputPixels, filledWith: .nan)
        packed.withUnsafeBufferPointer { packed in
            bias.withUnsafeBufferPointer { bias in
                added.withUnsafeBufferPointer { added in
                    source.read { source in
                        output.write { output in
                            var c = DepthwiseConvolution(
                                input: source, channels: channels, inputHeight: call.inputHeight, inputWidth: call.inputWidth,
                                weights: packed.baseAddress!, kernelHeight: call.kernelHeight, kernelWidth: call.kernelWidth,
                                output: output, outputHeight: call.outputHeight, outputWidth: call.outputWidth)
                            c.strideHeight = call.strideHeight
                            c.strideWidth = call.strideWidth
                            c.dilationHeight = call.dilationHeight
                            c.dilationWidth = call.dilationWidth
                            c.padTop = call.padTop
                            c.padLeft = call.padLeft
                            c.bias = hasBias ? bias.baseAddress : nil
                            c.residual = hasResidual ? added.baseAddress : nil
                            c.activation = call.activation
                            table.convolution.depthwise(c, 0..<blocks, 0..<call.outputHeight)
                        }
                    }
                }
            }
        }
        let reference = Reference.convolution(
            shape, input: input, weights: weights, bias: hasBias ? bias : nil, residual: hasResidual ? residual : nil, depthwise: true,
            lanes: lanes, fused: table.fuses)
        return (planar(output.values, channels: channels, lanes: lanes, pixels: outputPixels), reference, output.isIntact)
    }
}

/// Equal, zeros of either sign being equal: a tap outside the image adds zero in one and nothing in the other.
func equal(_ a: [Float], _ b: [Float]) -> Bool { a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) } }

@Suite struct ConvolutionTests {
    @Test(arguments: Kernels.available)
    func `a direct convolution of any geometry is the sequential sum`(_ table: KernelTable) {
        var random = Random(11)
        for seed in 0..<150 {
            let test = ConvolutionCase(&random)
            let (kernel, reference, isIntact) = test.run(table, seed: UInt64(seed), splits: false)
            #expect(isIntact && equal(kernel, reference), "\(test)")
        }
    }

    @Test(arguments: Kernels.available)
    func `computing one panel and row at a time gives the same bits`(_ table: KernelTable) {
        var random = Random(12)
        for seed in 0..<30 {
            let test = ConvolutionCase(&random)
            let whole = test.run(table, seed: UInt64(seed), splits: false)
            let pieces = test.run(table, seed: UInt64(seed), splits: true)
            #expect(pieces.isIntact && same(whole.kernel, pieces.kernel), "\(test)")
        }
    }

    @Test(arguments: Kernels.available)
    func `a large image is convolved in chunks`(_ table: KernelTable) {
        var random = Random(13)
        var test = ConvolutionCase(&random)
        test.call.inputChannels = 37
        test.call.outputChannels = 5
        test.call.inputHeight = 61
        test.call.inputWidth = 150
        test.call.kernelHeight = 3
        test.call.kernelWidth = 3
        test.call.padTop = 1
        test.call.padLeft = 1
        test.call.dilationHeight = 1
        test.call.dilationWidth = 1
        for (stride, isPlanar) in [(1, false), (2, false), (1, true)] {
            test.call.isPlanar = isPlanar
            test.call.strideHeight = stride
            test.call.strideWidth = stride
            test.call.outputHeight = outputSize(61, 3, stride, 1, 2)
            test.call.outputWidth = outputSize(150, 3, stride, 1, 2)
            let (kernel, reference, isIntact) = test.run(table, seed: 4, splits: false)
            #expect(isIntact && equal(kernel, reference), "\(test)")
        }
    }

    @Test(arguments: Kernels.available)
    func `a depthwise convolution of any geometry is the sequential sum`(_ table: KernelTable) {
        var random = Random(14)
        for seed in 0..<150 {
            let test = ConvolutionCase(&random, maxSize: 60)
            let (kernel, reference, isIntact) = test.runDepthwise(table, seed: UInt64(seed))
            #expect(isIntact && equal(kernel, reference), "\(test)")
        }
    }

    @Test(arguments: Kernels.available)
    func `Winograd's way gives nearly the same, and the same bits row by row`(_ table: KernelTable) {
        var random = Random(16)
        for seed in 0..<60 {
            var test = ConvolutionCase(&random, maxSize: 30, maxChannels: 50)
            test.call.isPlanar = false
            test.call.kernelHeight = 3
            test.call.kernelWidth = 3
            test.call.strideHeight = 1
            test.call.strideWidth = 1
            test.call.dilationHeight = 1
            test.call.dilationWidth = 1
            test.call.outputHeight = outputSize(test.call.inputHeight, 3, 1, 1, test.call.padTop + 1)
            test.call.outputWidth = outputSize(test.call.inputWidth, 3, 1, 1, test.call.padLeft + 1)
            test.call.activation = seed % 4 == 0 ? .silu : .identity
            let whole = test.run(table, seed: UInt64(seed), splits: false, winograd: true)
            let pieces = test.run(table, seed: UInt64(seed), splits: true, winograd: true)
            let largest = whole.reference.reduce(1) { max($0, abs($1)) }
            #expect(whole.isIntact && pieces.isIntact && whole.kernel.count == whole.reference.count)
            #expect(same(whole.kernel, pieces.kernel), "\(test)")
            for (a, b) in zip(whole.kernel, whole.reference) { #expect(abs(a - b) <= 4e-6 * largest, "\(test)") }
        }
    }

    @Test(arguments: Kernels.available)
    func `packed pixels times weights are the planar convolution`(_ table: KernelTable) {
        var random = Random(17)
        for _ in 0..<100 {
            let test = ConvolutionCase(&random, maxSize: 60, maxChannels: 9)
            var call = test.call
            call.isPlanar = true
            call.activation = .relu
            let depth = call.inputChannels * call.kernelHeight * call.kernelWidth
            let pixels = test.outputPixels
            let input = random.floats(call.inputChannels * call.inputHeight * call.inputWidth)
            let weights = random.floats(call.outputChannels * depth)
            let bias = random.floats(call.outputChannels)
            let expected = Reference.convolution(
                call, input: input, weights: weights, bias: bias, residual: nil, depthwise: false, lanes: 1, fused: table.fuses)
            var output = [Float](repeating: .nan, count: call.outputChannels * pixels)
            // Two parts, of which the second starts anywhere.
            let cut = pixels == 0 ? 0 : Int.random(in: 0...pixels, using: &random)
            for part in [0..<cut, cut..<pixels] where !part.isEmpty {
                var packed = Guarded(table.gemm.packedFloats(depth, part.count), filledWith: .nan)
                input.withUnsafeBufferPointer { input in
                    call.input = input.baseAddress!
                    packed.write { table.convolution.packPixels(call, part.lowerBound, part.count, $0) }
                }
                #expect(packed.isIntact)
                weights.withUnsafeBufferPointer { weights in
                    bias.withUnsafeBufferPointer { bias in
                        packed.read { packed in
                            output.withUnsafeMutableBufferPointer { output in
                                table.gemm.multiply(
                                    GemmF32(
                                        rows: call.outputChannels, columns: part.count, depth: depth, a: weights.baseAddress!,
                                        aRowStride: depth, packedB: packed, c: output.baseAddress! + part.lowerBound, cRowStride: pixels,
                                        epilogue: Epilogue(rowBias: bias.baseAddress, activation: .relu)))
                            }
                        }
                    }
                }
            }
            #expect(equal(output, expected), "\(test)")
        }
    }

    @Test(arguments: Kernels.available)
    func `an activation that is no clamp follows both kinds`(_ table: KernelTable) {
        var random = Random(15)
        var test = ConvolutionCase(&random)
        test.call.activation = .hardSwish
        for (kernel, reference, isIntact) in [test.run(table, seed: 1, splits: false), test.runDepthwise(table, seed: 1)] {
            #expect(isIntact && kernel.count == reference.count)
            for (a, b) in zip(kernel, reference) { #expect(abs(a - b) <= 1e-5 * max(1, abs(b))) }
        }
    }
}
