internal import Tensors

/// Subtracts a mean, divides by a deviation, multiplies and adds: `mean`, `std`, `factor` and `offset`, each a number or one for every place along
/// `axis` (-1).
struct ScaleStep: BuiltinStep {
    static let name = "scale"
    let axis: Int
    let mean: [Double]
    let deviation: [Double]
    let factor: [Double]
    let offset: [Double]
    let dataType: DataType?

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        axis = try options.axis("axis", otherwise: -1)
        mean = try options.numbers("mean") ?? [0]
        deviation = try options.numbers("std") ?? [1]
        factor = try options.numbers("factor") ?? [1]
        offset = try options.numbers("offset") ?? [0]
        dataType = try options.dataType("to")
        guard !deviation.contains(0) else { throw options.fault("std", "other than 0") }
        guard dataType != .string else { throw options.fault("to", "a type of numbers") }
        let sizes = Set([mean, deviation, factor, offset].map(\.count).filter { $0 != 1 })
        guard sizes.count <= 1, !sizes.contains(0) else {
            throw ServingError(.invalidArgument, "the lists of '\(options.step)' must have one element or all the same number of them")
        }
    }

    private var width: Int { max(mean.count, deviation.count, factor.count, offset.count) }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        try inputs[0].requireNumber()
        if width > 1, let place = try inputs[0].place(of: axis), let extent = inputs[0].dims?[place], extent >= 0, extent != width {
            throw ServingError(.invalidArgument, "it is \(inputs[0]), but the step has \(width) numbers for axis \(axis)")
        }
        return [TensorFacts(dataType ?? inputs[0].fractional, inputs[0].dims)]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let x = inputs[0]
        let type = dataType ?? (x.dataType.isFloatingPoint ? x.dataType : .float32)
        let at = { (list: [Double], place: Int) in list.count == 1 ? list[0] : list[place] }
        guard width > 1 else {
            return [Tensor(type, x.shape) { (x.number($0) - mean[0]) / deviation[0] * factor[0] + offset[0] }]
        }
        let view = try AxisView(x.shape, axis: axis)
        guard view.extent == width else {
            throw ServingError(.invalidArgument, "the step has \(width) numbers for axis \(axis), but the tensor has shape \(x.shape)")
        }
        return [
            Tensor(type, x.shape) {
                let place = $0 / view.inner % view.extent
                return (x.number($0) - at(mean, place)) / at(deviation, place) * at(factor, place) + at(offset, place)
            }
        ]
    }
}
