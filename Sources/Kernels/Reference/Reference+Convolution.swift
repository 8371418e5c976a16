extension Reference {
    /// A convolution of one planar image [inputChannels, height, width] with weights [outputChannels, inputChannels / groups, kh, kw],
    /// summed in the order of ``ConvolutionKernels`` for blocks of `lanes` channels. Geometry is taken from `c`, pointers are not.
    package static func convolution(
        _ c: DirectConvolution, input: [Float], weights: [Float], bias: [Float]?, residual: [Float]?, depthwise: Bool, lanes: Int,
        fused: Bool
    ) -> [Float] {
        var output = [Float]()
        let perGroup = depthwise ? 1 : c.inputChannels
        for o in 0..<c.outputChannels {
            for oh in 0..<c.outputHeight {
                for ow in 0..<c.outputWidth {
                    var sum: Float = 0
                    for block in stride(from: 0, to: perGroup, by: c.isPlanar ? 1 : lanes) {
                        for kh in 0..<c.kernelHeight {
                            for kw in 0..<c.kernelWidth {
                                let ih = oh * c.strideHeight + kh * c.dilationHeight - c.padTop
                                let iw = ow * c.strideWidth + kw * c.dilationWidth - c.padLeft
                                guard 0..<c.inputHeight ~= ih, 0..<c.inputWidth ~= iw else { continue }
                                for i in block..<min(block + (c.isPlanar ? 1 : lanes), perGroup) {
                                    let x = input[((depthwise ? o : i) * c.inputHeight + ih) * c.inputWidth + iw]
                                    let w = weights[((o * perGroup + i) * c.kernelHeight + kh) * c.kernelWidth + kw]
                                    sum = fused ? sum.addingProduct(x, w) : sum + x * w
                                }
                            }
                        }
                    }
                    let at = (o * c.outputHeight + oh) * c.outputWidth + ow
                    output.append(Float(activate(c.activation, Double(sum + (bias?[o] ?? 0) + (residual?[at] ?? 0)))))
                }
            }
        }
        return output
    }

    /// Pooling of one planar image.
    package static func pool(_ s: Pooling, _ x: [Float], maximum: Bool) -> [Float] {
        var output = [Float]()
        for oh in 0..<s.outputHeight {
            for ow in 0..<s.outputWidth {
                var value: Float = maximum ? -.infinity : 0
                var count = 0
                for kh in 0..<s.kernelHeight {
                    for kw in 0..<s.kernelWidth {
                        let ih = oh * s.strideHeight + kh * s.dilationHeight - s.padTop
                        let iw = ow * s.strideWidth + kw * s.dilationWidth - s.padLeft
                        if s.countsPadding, ih < s.inputHeight + s.padBottom, iw < s.inputWidth + s.padRight { count += 1 }
                        guard 0..<s.inputHeight ~= ih, 0..<s.inputWidth ~= iw else { continue }
                        if !s.countsPadding { count += 1 }
                        let element = x[ih * s.inputWidth + iw]
                        value = maximum ? (value.isNaN || element <= value ? value : element) : value + element
                    }
                }
                output.append(maximum ? value : value / Float(count))
            }
        }
        return output
    }
}
