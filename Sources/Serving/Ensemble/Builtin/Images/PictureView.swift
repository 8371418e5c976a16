internal import Tensors

/// Rows of pictures: a tensor [rows, height, width, channels] of bytes or numbers, read as Floats.
struct PictureView {
    let tensor: Tensor
    let rows: Int
    let height: Int
    let width: Int
    let channels: Int

    /// - Throws: for a tensor of another rank or without pixels.
    init(_ tensor: Tensor) throws(ServingError) {
        guard tensor.shape.rank == 4, tensor.count > 0 || tensor.shape[0] == 0 else {
            throw ServingError(
                .invalidArgument, "a tensor of shape \(tensor.shape) is no row of pictures, which is [rows, height, width, channels]")
        }
        self.tensor = tensor
        rows = tensor.shape[0]
        height = tensor.shape[1]
        width = tensor.shape[2]
        channels = tensor.shape[3]
    }

    /// What is known of pictures before there are any.
    static func check(_ facts: TensorFacts) throws(ServingError) {
        try facts.requireNumber()
        guard facts.dims?.count ?? 4 == 4 else {
            throw ServingError(.invalidArgument, "it is \(facts), and the step takes pictures: [rows, height, width, channels]")
        }
    }

    /// One picture's elements as Floats, in row-major order.
    func floats(_ row: Int) -> [Float] {
        let count = height * width * channels
        let start = row * count
        switch tensor.dataType {
        case .uint8:
            let bytes = tensor.pointer(as: UInt8.self) + start
            return (0..<count).map { Float(bytes[$0]) }
        case .float32: return Array(UnsafeBufferPointer(start: tensor.pointer(as: Float.self) + start, count: count))
        default: return (0..<count).map { Float(tensor.number(start + $0)) }
        }
    }
}

/// Where steps write pictures: bytes are rounded and held within their range.
struct PictureWriter {
    let tensor: Tensor
    private var place: Int

    init(_ tensor: Tensor) {
        self.tensor = tensor
        place = 0
    }

    mutating func append(_ values: some Sequence<Float>) {
        switch tensor.dataType {
        case .uint8:
            let bytes = tensor.mutablePointer(as: UInt8.self)
            for value in values {
                bytes[place] = UInt8(saturating: Double(value.rounded()))
                place += 1
            }
        case .float32:
            let floats = tensor.mutablePointer(as: Float.self)
            for value in values {
                floats[place] = value
                place += 1
            }
        default:
            let width = tensor.dataType.byteWidth
            let isWhole = tensor.dataType.isInteger
            for value in values {
                tensor.dataType.store(Double(isWhole ? value.rounded() : value), at: tensor.mutableBytes + place * width)
                place += 1
            }
        }
    }
}
