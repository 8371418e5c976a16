internal import Tensors

/// Changes the shape: `shape: [0, -1]`, where 0 keeps an extent and one -1 takes what is left. Copies nothing.
struct ReshapeStep: BuiltinStep {
    static let name = "reshape"
    let target: [Int]

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        guard let target = try options.ints("shape", in: -1...(1 << 40)), target.filter({ $0 < 0 }).count <= 1 else {
            throw options.fault("shape", "a list of extents with one -1 at most")
        }
        self.target = target
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        let dims = inputs[0].dims
        var result = target
        for axis in target.indices where target[axis] == 0 {
            guard axis < dims?.count ?? .max else {
                throw ServingError(.invalidArgument, "it is \(inputs[0]) and has no axis \(axis) to keep")
            }
            result[axis] = dims?[axis] ?? -1
        }
        if let dims, let open = target.firstIndex(of: -1), dims.allSatisfy({ $0 >= 0 }), let all = Shape(checking: dims)?.count {
            let known = Shape(checking: result.enumerated().filter { $0.offset != open }.map(\.element))?.count ?? 0
            guard known > 0, all % known == 0 else {
                throw ServingError(.invalidArgument, "it is \(inputs[0]), which \(target) does not divide")
            }
            result[open] = all / known
        }
        return [TensorFacts(inputs[0].dataType, result)]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let x = inputs[0]
        var dims = target
        for axis in target.indices where target[axis] == 0 {
            guard axis < x.shape.rank else {
                throw ServingError(.invalidArgument, "a tensor of shape \(x.shape) has no axis \(axis) to keep")
            }
            dims[axis] = x.shape[axis]
        }
        if let open = target.firstIndex(of: -1) {
            let known = Shape(checking: dims.enumerated().filter { $0.offset != open }.map(\.element))?.count ?? 0
            dims[open] = known > 0 ? x.count / known : 0
        }
        guard let shape = Shape(checking: dims), shape.count == x.count else {
            throw ServingError(.invalidArgument, "a tensor of shape \(x.shape) cannot have shape \(target)")
        }
        return [x.reshaped(to: shape)]
    }
}
