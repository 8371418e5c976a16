internal import Kernels
internal import Tensors

/// How a float32 convolution is computed. The choice rests on the weights and attributes alone, never on the input.
enum ConvolutionPath: Sendable {
    /// A product of the weights with each image as it is.
    case pointwise
    /// One filter a channel over a blocked image.
    case depthwise
    /// All taps over a blocked image, or over a planar one when it has few channels.
    case direct(isPlanar: Bool)
    /// A product of the weights with columns cut from each image.
    case columns

    /// - Parameter weights: [maps, channels of a group, kernel…]
    init(_ attributes: ConvolutionAttributes, weights: Shape) {
        let kernel = Array(weights.dims[2...])
        let (channels, maps) = (weights[1], weights[0] / attributes.group)
        if attributes.window.isPointwise(kernel: kernel), channels > 1 {
            self = .pointwise
        } else if kernel.count > 2 || attributes.window.crops || weights.count == 0 {
            self = .columns
        } else if channels == 1, maps == 1 {
            self = .depthwise
        } else if attributes.group == 1 {
            self = .direct(isPlanar: channels <= 4)
        } else {
            // A block of channels is only worth filling when a group has enough of them.
            self = channels >= Kernels.table.lanes / 2 ? .direct(isPlanar: false) : .columns
        }
    }
}

/// Constant weights in the order that their path reads them.
struct PackedFilters: Sendable {
    let storage: Tensor

    /// nil where the path reads weights as they are.
    init?(_ path: ConvolutionPath, _ weights: Tensor, group: Int) {
        let kernels = Kernels.table.convolution
        let shape = weights.shape
        let (maps, channels, taps) = (shape[0] / group, shape[1], shape.count(in: 2..<shape.rank))
        let source = weights.pointer(as: Float.self)
        switch path {
        case .pointwise, .columns: return nil
        case .depthwise:
            let lanes = Kernels.table.lanes
            storage = Tensor(dataType: .float32, shape: [(group + lanes - 1) / lanes * lanes, taps])
            kernels.packDepthwiseWeights(source, group, taps, storage.mutablePointer(as: Float.self))
        case .direct(let isPlanar):
            let perGroup = kernels.packedFloats(maps, channels, taps, isPlanar)
            storage = Tensor(dataType: .float32, shape: [group, perGroup])
            for index in 0..<group {
                kernels.packWeights(
                    source + index * maps * channels * taps, maps, channels, taps, isPlanar,
                    storage.mutablePointer(as: Float.self) + index * perGroup)
            }
        }
    }
}
