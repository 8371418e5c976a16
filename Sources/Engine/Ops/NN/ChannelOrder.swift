internal import Tensors

/// Between channels last [N, spatial…, C] and planar [N, C, spatial…].
enum ChannelOrder {
    static func planarShape(_ shape: Shape) -> Shape {
        Shape([shape[0], shape[shape.rank - 1]] + shape.dims[1..<shape.rank - 1])
    }

    /// A planar copy of a channels-last tensor of rank 3 or more.
    static func planar(_ tensor: Tensor) -> Tensor {
        let result = Tensor(dataType: tensor.dataType, shape: planarShape(tensor.shape))
        let channels = tensor.shape[tensor.shape.rank - 1]
        let positions = tensor.shape.count(in: 1..<tensor.shape.rank - 1)
        swap(tensor.bytes, result.mutableBytes, tensor.shape[0], positions, channels, tensor.dataType.byteWidth)
        return result
    }

    static func copyChannelsLast(_ planar: Tensor, into target: Tensor) {
        let shape = planar.shape
        swap(planar.bytes, target.mutableBytes, shape[0], shape[1], shape.count(in: 2..<shape.rank), planar.dataType.byteWidth)
    }

    /// Transposes each of `count` matrices of rows by columns.
    private static func swap(
        _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, _ rows: Int, _ columns: Int, _ width: Int
    ) {
        switch width {
        case 1: transpose(source, target, count, rows, columns, as: UInt8.self)
        case 2: transpose(source, target, count, rows, columns, as: UInt16.self)
        case 4: transpose(source, target, count, rows, columns, as: UInt32.self)
        default: transpose(source, target, count, rows, columns, as: UInt64.self)
        }
    }

    private static func transpose<E: BitwiseCopyable>(
        _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, _ rows: Int, _ columns: Int, as type: E.Type
    ) {
        let (from, to) = (source.assumingMemoryBound(to: type), target.assumingMemoryBound(to: type))
        for matrix in 0..<count {
            let base = matrix * rows * columns
            for row in 0..<rows { for column in 0..<columns { to[base + column * rows + row] = from[base + row * columns + column] } }
        }
    }
}
