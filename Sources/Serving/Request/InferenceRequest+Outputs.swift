internal import Tensors

extension InferenceRequest {
    /// Makes the outputs that were asked for out of a run's, as views.
    ///
    /// - Parameters:
    ///   - rows: the request's rows within the batch; nil when all of the run is the request's.
    ///   - shared: outputs that have no rows.
    func setOutputs(_ tensors: [Tensor?], signature: ModelSignature, rows: Range<Int>?, shared: Set<Int>) {
        outputs.removeAll(keepingCapacity: true)
        if bound.outputs.isEmpty {
            for index in tensors.indices { append(tensors[index], index, signature, rows: rows, shared: shared) }
        } else {
            for index in bound.outputs { append(tensors[index], index, signature, rows: rows, shared: shared) }
        }
    }

    private func append(_ tensor: Tensor?, _ index: Int, _ signature: ModelSignature, rows: Range<Int>?, shared: Set<Int>) {
        guard let tensor else { return }
        let name = signature.outputs[index].name
        guard let rows, !shared.contains(index), tensor.shape.rank > 0, tensor.shape[0] > 0 else {
            outputs.append(OutputTensor(name: name, tensor))
            return
        }
        var dims = Dims(tensor.shape)
        let width = tensor.count / tensor.shape[0]
        dims[0] = rows.count
        let offset = tensor.byteOffset + rows.lowerBound * width * tensor.dataType.byteWidth
        outputs.append(
            OutputTensor(
                name: name, dataType: tensor.dataType, dims: dims, storage: tensor.storage,
                offset: tensor.dataType == .string ? rows.lowerBound * width : offset, count: rows.count * width))
    }
}
