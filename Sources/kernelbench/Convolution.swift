import Kernels

/// A convolution layer: input channels, output channels, output size, kernel, stride.
private let layers: [(String, Int, Int, Int, Int, Int)] = [
    ("stem 7×7/2", 3, 64, 112, 7, 2), ("conv2 1×1", 64, 64, 56, 1, 1), ("conv2 3×3", 64, 64, 56, 3, 1), ("conv2 expand", 64, 256, 56, 1, 1),
    ("conv2 reduce", 256, 64, 56, 1, 1), ("conv3 down", 256, 512, 28, 1, 2), ("conv3 3×3/2", 128, 128, 28, 3, 2),
    ("conv3 3×3", 128, 128, 28, 3, 1), ("conv3 expand", 128, 512, 28, 1, 1), ("conv3 reduce", 512, 128, 28, 1, 1),
    ("conv4 3×3", 256, 256, 14, 3, 1), ("conv4 expand", 256, 1024, 14, 1, 1), ("conv4 reduce", 1024, 256, 14, 1, 1),
    ("conv5 3×3", 512, 512, 7, 3, 1), ("conv5 expand", 512, 2048, 7, 1, 1), ("conv5 reduce", 2048, 512, 7, 1, 1),
    ("vgg 3×3", 64, 64, 224, 3, 1), ("vgg 3×3", 256, 256, 56, 3, 1), ("dense 3×3", 128, 32, 28, 3, 1), ("ocr 3×3", 24, 24, 160, 3, 1),
]

func benchConvolution(_ table: KernelTable, _ peak: Double) {
    for (name, inputs, outputs, size, kernel, stride) in layers {
        let pad = (kernel - 1) / 2
        let inputSize = size * stride
        let isPlanar = inputs < 4
        let round = { (n: Int) in (n + table.lanes - 1) / table.lanes * table.lanes }
        let weights = floats(outputs * inputs * kernel * kernel)
        let packed = floats(table.convolution.packedFloats(outputs, inputs, kernel * kernel, isPlanar))
        table.convolution.packWeights(weights, outputs, inputs, kernel * kernel, isPlanar, packed)
        var call = DirectConvolution(
            input: floats(round(inputs) * inputSize * inputSize), isPlanar: isPlanar, inputChannels: inputs, inputHeight: inputSize,
            inputWidth: inputSize, weights: packed, kernelHeight: kernel, kernelWidth: kernel,
            output: floats(round(outputs) * size * size), outputChannels: outputs, outputHeight: size, outputWidth: size)
        call.strideHeight = stride
        call.strideWidth = stride
        call.padTop = pad
        call.padLeft = pad
        call.bias = UnsafePointer(floats(round(outputs)))
        call.activation = .relu
        call.scratch = floats(table.convolution.scratchFloats(call))
        let panels = 0..<(outputs + table.convolution.panelChannels - 1) / table.convolution.panelChannels
        let time = seconds { table.convolution.direct(call, panels, 0..<size) }
        let speed = 2 * Double(outputs * inputs * kernel * kernel * size * size) / time * 1e-9
        var alternative = ""
        if table.convolution.prefersWinograd(call) {
            let transformed = floats(table.convolution.winogradPackedFloats(outputs, inputs))
            table.convolution.packWinograd(weights, outputs, inputs, transformed)
            call.weights = UnsafePointer(transformed)
            call.scratch = floats(table.convolution.winogradScratchFloats(call))
            let time = seconds { table.convolution.winograd(call, 0..<(size + 3) / 4) }
            alternative = "   Winograd \(column(2 * Double(outputs * inputs * 9 * size * size) / time * 1e-9))"
        }
        print(
            "  conv \(column(name, 14))\(column("\(inputs)→\(outputs) @\(size)", 16))\(column(speed)) GFLOP/s \(column(speed / peak * 100)) %"
                + alternative)
    }
    for (channels, size, kernel, stride) in [(32, 112, 3, 1), (128, 56, 3, 1), (256, 28, 3, 2), (512, 14, 5, 1), (96, 80, 5, 1)] {
        let pad = kernel / 2
        let weights = floats(channels * kernel * kernel)
        let packed = floats(channels * kernel * kernel)
        table.convolution.packDepthwiseWeights(weights, channels, kernel * kernel, packed)
        var call = DepthwiseConvolution(
            input: floats(channels * size * size * stride * stride), channels: channels, inputHeight: size * stride,
            inputWidth: size * stride, weights: packed, kernelHeight: kernel, kernelWidth: kernel, output: floats(channels * size * size),
            outputHeight: size, outputWidth: size)
        call.strideHeight = stride
        call.strideWidth = stride
        call.padTop = pad
        call.padLeft = pad
        let time = seconds { table.convolution.depthwise(call, 0..<channels / table.lanes, 0..<size) }
        let speed = 2 * Double(channels * kernel * kernel * size * size) / time * 1e-9
        print(
            "  depthwise \(column("\(kernel)×\(kernel)/\(stride) \(channels) @\(size)", 26))\(column(speed)) GFLOP/s \(column(speed / peak * 100)) %"
        )
    }
}
