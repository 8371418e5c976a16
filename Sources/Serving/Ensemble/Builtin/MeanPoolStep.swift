internal import Tensors

/// The mean of the places of each row that a mask lets through: inputs `x` [rows, places, width] and `mask` [rows, places], output [rows, width].
/// `normalize: true` gives it length 1.
struct MeanPoolStep: BuiltinStep {
    static let name = "mean_pool"
    static let inputNames: [String]? = ["mask", "x"]
    let normalizes: Bool

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) { normalizes = try options.flag("normalize") ?? false }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        let (mask, x) = (inputs[0], inputs[1])
        try mask.requireNumber()
        try x.requireNumber()
        guard let dims = x.dims else { return [TensorFacts(x.fractional, nil)] }
        guard dims.count == 3, TensorFacts(mask.dataType, Array(dims.prefix(2))).fits(mask) else {
            throw ServingError(.invalidArgument, "it is \(x) with a mask of \(mask), not rows of places and a mask for each place")
        }
        return [TensorFacts(x.fractional, [dims[0], dims[2]])]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let (mask, x) = (inputs[0], inputs[1])
        guard x.shape.rank == 3, mask.shape.dims == Array(x.shape.dims.prefix(2)) else {
            throw ServingError(.invalidArgument, "a tensor of shape \(x.shape) and a mask of shape \(mask.shape) do not fit")
        }
        let (rows, places, width) = (x.shape[0], x.shape[1], x.shape[2])
        let type = x.dataType.isFloatingPoint ? x.dataType : .float32
        let result = Tensor(dataType: type, shape: Shape([rows, width]))
        for row in 0..<rows {
            var sums = [Double](repeating: 0, count: width)
            var count = 0.0
            for place in 0..<places {
                let weight = mask.number(row * places + place)
                guard weight != 0 else { continue }
                count += weight
                for column in 0..<width { sums[column] += weight * x.number((row * places + place) * width + column) }
            }
            var scale = 1 / max(count, 1e-9)
            if normalizes {
                let length = (sums.reduce(0) { $0 + $1 * $1 } * scale * scale).squareRoot()
                scale /= max(length, 1e-12)
            }
            for column in 0..<width { type.store(sums[column] * scale, at: result.mutableBytes + (row * width + column) * type.byteWidth) }
        }
        return [result]
    }
}
