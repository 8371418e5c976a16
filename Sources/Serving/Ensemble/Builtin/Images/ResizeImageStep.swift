internal import Tensors

/// Pictures in another size: `height` and `width`, or `shortest`, `longest` and `multiple`; `method` bilinear, nearest or area.
struct ResizeImageStep: BuiltinStep {
    static let name = "resize_image"
    let size: PictureSize
    let method: PictureResizer.Method

    var workPerElement: Int { 8 }

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        size = try PictureSize(&options, isRequired: true)
        method = try PictureResizer.Method(&options)
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        try PictureView.check(inputs[0])
        let (height, width) = size.known
        return [TensorFacts(inputs[0].dataType, inputs[0].dims.map { [$0[0], height, width, $0[3]] } ?? [-1, height, width, -1])]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let view = try PictureView(inputs[0])
        guard let wanted = size.size(height: view.height, width: view.width) else { return inputs }
        return [try PictureResizer(method).resized(view, to: wanted, dataType: inputs[0].dataType)]
    }
}
