internal import Tensors

/// The places of `x` along `axis` (0) that `indices` names, which may be any number of times; negative ones count from the end.
struct GatherStep: BuiltinStep {
    static let name = "gather"
    static let inputNames: [String]? = ["indices", "x"]
    let axis: Int

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) { axis = try options.axis("axis", otherwise: 0) }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        let (indices, x) = (inputs[0], inputs[1])
        guard indices.dataType.isInteger, indices.dims?.count ?? 1 == 1 else {
            throw ServingError(.invalidArgument, "'indices' is \(indices), not a list of whole numbers")
        }
        return [try x.replacing(axis, with: indices.dims?[0] ?? -1)]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let (indices, x) = (inputs[0], inputs[1])
        let view = try AxisView(x.shape, axis: axis)
        var places: [Int] = []
        places.reserveCapacity(indices.count)
        for index in 0..<indices.count {
            let wanted = Int(saturating: indices.number(index))
            let place = wanted < 0 ? wanted + view.extent : wanted
            guard place >= 0, place < view.extent else {
                throw ServingError(.invalidArgument, "there is no place \(wanted) along axis \(axis) of a tensor of shape \(x.shape)")
            }
            places.append(place)
        }
        return [try x.taking(places, along: view)]
    }
}
