internal import Tensors

/// Which keys the contributed operators leave out, in any of the forms that their mask input takes.
///
/// A key left out is not gone: a finite, very negative value is added to its score.
struct KeyMask: Sendable {
    enum Form: Sendable {
        /// Keys from the second on, up to the first, one of each for every batch entry; or all from the start.
        case bounds(ends: [Int32], starts: [Int32]?)
        /// [batch, keys], 1 for a key that counts.
        case keys(Tensor)
        /// [batch, queries, keys]
        case pairs(Tensor)
    }

    let form: Form
    let filter: Float

    /// Throws unless the shape is one of the forms.
    static func check(_ node: Node, _ fact: Fact?, batch: Dim, queries: Dim, keys: Dim) throws(EngineError) {
        guard let dims = fact?.dims else { return }
        switch dims.count {
        case 1:
            if let count = dims[0].value, let batch = batch.value, count != batch, count != 2 * batch {
                throw node.unsupported("a mask of \(count) elements for a batch of \(batch)")
            }
        case 2: try node.checkDims(fact, [batch, keys], "mask")
        case 3: try node.checkDims(fact, [batch, queries, keys], "mask")
        default: throw node.unsupported("a mask of rank \(dims.count)")
        }
    }

    init?(_ tensor: Tensor?, batch: Int, filter: Float) {
        guard let tensor else { return nil }
        self.filter = filter
        switch tensor.shape.rank {
        case 1:
            let values = tensor.elements(as: Int32.self)
            form = .bounds(ends: Array(values.prefix(batch)), starts: values.count > batch ? Array(values.dropFirst(batch)) : nil)
        case 2: form = .keys(tensor)
        default: form = .pairs(tensor)
        }
    }

    func add<T: Real>(_ entry: Int, _ query: Int, _ row: UnsafeMutablePointer<T>, keys: Int) {
        let filter = T(filter)
        switch form {
        case .bounds(let ends, let starts):
            let (end, start) = (Int(ends[entry]), starts.map { Int($0[entry]) } ?? 0)
            for j in 0..<keys where j < start || j >= end { row[j] += filter }
        case .keys(let tensor):
            let flags = tensor.pointer(as: Int32.self) + entry * keys
            for j in 0..<keys where flags[j] <= 0 { row[j] += filter }
        case .pairs(let tensor):
            let flags = tensor.pointer(as: Int32.self) + (entry * tensor.shape[1] + query) * keys
            for j in 0..<keys where flags[j] <= 0 { row[j] += filter }
        }
    }
}
