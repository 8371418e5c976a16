internal import Images
internal import Tensors

/// Files of pictures (JPEG, PNG and what else the server reads) to pixels: `pixels` rgb, bgr or gray. Input: one file a row, of one size
/// unless `height` and `width` say which size all get. Output [rows, height, width, channels] of UINT8.
struct DecodeImageStep: BuiltinStep {
    static let name = "decode_image"
    let format: PixelFormat
    let size: PictureSize
    let method: PictureResizer.Method

    var workPerElement: Int { 64 }

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        switch try options.choice("pixels", ["rgb", "bgr", "gray"]) {
        case "bgr": format = .bgr
        case "gray": format = .grayscale
        default: format = .rgb
        }
        size = try PictureSize(&options, isRequired: false)
        method = try PictureResizer.Method(&options)
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        try inputs[0].requireText()
        let (height, width) = size.known
        return [TensorFacts(.uint8, [inputs[0].dims?.first ?? -1, height, width, format.channels])]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let x = inputs[0]
        guard x.shape.rank > 0, x.count == x.shape[0] else {
            throw ServingError(.invalidArgument, "a tensor of shape \(x.shape) has not one picture a row")
        }
        var pictures: [Tensor] = []
        for (row, file) in x.strings.enumerated() { pictures.append(try decode(file.bytes, row: row)) }
        guard let first = pictures.first else {
            return [Tensor(zerosOf: .uint8, shape: Shape([0, max(0, size.known.0), max(0, size.known.1), format.channels]))]
        }
        if pictures.count == 1 { return [first] }
        for picture in pictures where picture.shape != first.shape {
            throw ServingError(
                .invalidArgument,
                "pictures of \(first.shape[2]) x \(first.shape[1]) and \(picture.shape[2]) x \(picture.shape[1]) pixels cannot lie in one tensor; the step's options 'height' and 'width' make them alike"
            )
        }
        guard let shape = Shape(checking: [pictures.count] + first.shape.dims.dropFirst()) else {
            throw ServingError(.resourceExhausted, "the pictures are too large")
        }
        let all = Tensor(dataType: .uint8, shape: shape)
        var target = all.mutableBytes
        for picture in pictures {
            target.copyMemory(from: picture.bytes, byteCount: picture.byteCount)
            target += picture.byteCount
        }
        return [all]
    }

    private func decode(_ bytes: [UInt8], row: Int) throws(ServingError) -> Tensor {
        let result: Result<Tensor, ImageError> = bytes.withUnsafeBytes { bytes in
            do throws(ImageError) {
                let image = try EncodedImage(bytes)
                let tensor = Tensor(dataType: .uint8, shape: Shape([1, image.height, image.width, format.channels]))
                try image.decode(as: format, into: UnsafeMutableRawBufferPointer(start: tensor.mutableBytes, count: tensor.byteCount))
                return .success(tensor)
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .failure(let error):
            throw ServingError(error.code == .tooLarge ? .resourceExhausted : .invalidArgument, "picture \(row): \(error.message)")
        case .success(let picture):
            guard let wanted = size.size(height: picture.shape[1], width: picture.shape[2]) else { return picture }
            return try PictureResizer(method).resized(PictureView(picture), to: wanted, dataType: .uint8)
        }
    }
}
