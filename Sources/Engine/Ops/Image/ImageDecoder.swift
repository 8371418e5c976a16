internal import Images
import Tensors

/// A file's bytes, such as those of a JPEG, as pixels: height x width x 3, or x 1 for grayscale.
struct ImageDecoder: Operation {
    static let entries = [OperatorEntry("ImageDecoder", make: ImageDecoder.init(node:))]

    private let pixels: PixelFormat

    init(node: Node) throws(EngineError) {
        let name = try node.string("pixel_format", default: "RGB")
        guard let pixels = PixelFormat(rawValue: name) else {
            throw EngineError(.malformedModel, "pixel_format is '\(name)', not RGB, BGR or Grayscale")
        }
        self.pixels = pixels
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let encoded = try inputs.tensorFact(0)
        if let type = encoded.dataType, type != .uint8 {
            throw EngineError(.malformedModel, "an encoded image consists of uint8, not \(type)")
        }
        if let rank = encoded.rank, rank != 1 { throw EngineError(.malformedModel, "an encoded image has rank 1, not \(rank)") }
        return [Fact(.uint8, [.unknown, .unknown, .known(pixels.channels)])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let encoded = run.tensor(0)
        defer { withExtendedLifetime(encoded) {} }
        let bytes = UnsafeRawBufferPointer(start: encoded.pointer(as: UInt8.self), count: encoded.count)
        do throws(ImageError) {
            let image = try EncodedImage(bytes)
            // Within the decoder's limits, so it fits.
            let shape = Shape([image.height, image.width, pixels.channels])
            let target = run.allocate(0, dataType: .uint8, shape: shape).mutablePointer(as: UInt8.self)
            try image.decode(as: pixels, into: UnsafeMutableRawBufferPointer(start: target, count: shape.count))
        } catch {
            throw EngineError(error.code == .tooLarge ? .resourceExhausted : .invalidInput, error.message)
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if case .axis = RowAxis.of(inputs, 0) { return [.mixed("its input is one file")] }
        return [RowAxis.of(inputs, 0)]
    }
}
