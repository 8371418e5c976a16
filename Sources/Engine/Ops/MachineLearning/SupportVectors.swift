import Glibc

/// Vectors and the kernel that compares a row with each of them.
struct SupportVectors: Sendable {
    enum Kernel: String, Sendable {
        case linear = "LINEAR"
        case polynomial = "POLY"
        case radial = "RBF"
        case sigmoid = "SIGMOID"
    }

    let count: Int
    let features: Int
    private let kernel: Kernel
    private let vectors: [Float]
    private let gamma: Float
    private let offset: Float
    private let degree: Float

    /// - Parameters:
    ///   - vectors: `count` of them, one after the other.
    ///   - isLinear: whatever kernel the node names, products are meant.
    init(_ node: Node, vectors: [Float], count: Int, isLinear: Bool) throws(EngineError) {
        let name = try node.string("kernel_type", default: "LINEAR")
        guard let kernel = Kernel(rawValue: name) else { throw node.malformed("kernel_type '\(name)' is not known") }
        let parameters = try node.floats("kernel_params") ?? []
        guard parameters.isEmpty || parameters.count >= 3 else {
            throw node.malformed("\(parameters.count) kernel_params, expected gamma, coef0 and degree")
        }
        guard count > 0, !vectors.isEmpty, vectors.count % count == 0 else {
            throw node.malformed("\(vectors.count) numbers for \(count) vectors")
        }
        self.kernel = isLinear ? .linear : kernel
        self.count = count
        features = vectors.count / count
        self.vectors = vectors
        gamma = parameters.first ?? 0
        offset = parameters.isEmpty ? 0 : parameters[1]
        degree = parameters.isEmpty ? 0 : parameters[2]
    }

    func check(columns: Int?) throws(EngineError) {
        if let columns, columns != features {
            throw EngineError(.invalidInput, "rows of \(columns) features, the model has \(features)")
        }
    }

    /// Rough operations that one row costs.
    var cost: Int { count * (2 * features + 20) }

    /// Writes how the row compares with each vector, one number each.
    func compare(_ row: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>) {
        vectors.withUnsafeBufferPointer { vectors in
            guard let base = vectors.baseAddress else { return }
            for index in 0..<count {
                let vector = base + index * features
                if kernel == .radial {
                    result[index] = expf(-gamma * FeatureProducts.squaredDistance(row, vector, count: features))
                    continue
                }
                let product = FeatureProducts.dot(row, vector, count: features)
                switch kernel {
                case .linear, .radial: result[index] = product
                case .sigmoid: result[index] = tanhf(gamma * product + offset)
                case .polynomial:
                    let value = gamma * product + offset
                    result[index] = degree == 2 ? value * value : degree == 3 ? value * value * value : powf(value, degree)
                }
            }
        }
    }
}
