/// A request's inputs in the order of the model's signature, once validation has matched them.
struct BoundInputs {
    /// For each input of the signature its place in the request's inputs, or -1 when it was left out.
    var places: [Int] = []
    /// For each output asked for its place in the signature; empty for all of them.
    var outputs: [Int] = []
    /// Rows that the request brings; 1 when the model has no rows.
    var rows = 1
    /// Bytes that the inputs hold.
    var byteCount = 0

    mutating func removeAll() {
        places.removeAll(keepingCapacity: true)
        outputs.removeAll(keepingCapacity: true)
        rows = 1
        byteCount = 0
    }
}
