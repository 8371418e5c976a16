internal import KernelTable

func makeConvolutionKernels() -> ConvolutionKernels {
    ConvolutionKernels(
        panelChannels: 2 &* lanes, packedFloats: conv_f32_packed_floats, packWeights: conv_f32_pack, scratchFloats: conv_f32_scratch,
        direct: conv_f32_direct, prefersWinograd: winograd_f32_pays, winogradPackedFloats: winograd_f32_packed_floats,
        packWinograd: winograd_f32_pack, winogradScratchFloats: winograd_f32_scratch, winograd: winograd_f32,
        packPixels: conv_f32_pack_pixels, packDepthwiseWeights: depthwise_f32_pack, depthwise: depthwise_f32)
}
