internal import Tensors

extension InferenceRequest {
    /// Makes the outputs that were asked for out of a run's, as views.
    ///
    /// - Parameters:
    ///   - rows: the request's rows within the batch; nil when all of the run is the request's.
    ///   - shared: outputs that have no rows.
    func setOutputs(_ tensors: [Tensor?], binding: Binding, rows: Range<Int>?, shared: Set<Int>) {
        outputs.removeAll(keepingCapacity: true)
        appendOutputs(tensors, to: &outputs, binding: binding, rows: rows, shared: shared)
    }

    /// The outputs that were asked for out of a run that holds some of the request's rows.
    func partOutputs(_ tensors: [Tensor?], binding: Binding, rows: Range<Int>, shared: Set<Int>) -> [OutputTensor] {
        var part: [OutputTensor] = []
        appendOutputs(tensors, to: &part, binding: binding, rows: rows, shared: shared)
        return part
    }

    private func appendOutputs(
        _ tensors: [Tensor?], to outputs: inout [OutputTensor], binding: Binding, rows: Range<Int>?, shared: Set<Int>
    ) {
        if bound.outputs.isEmpty {
            for index in tensors.indices { Self.append(tensors[index], index, to: &outputs, binding, rows: rows, shared: shared) }
        } else {
            for index in bound.outputs { Self.append(tensors[index], index, to: &outputs, binding, rows: rows, shared: shared) }
        }
    }

    private static func append(
        _ tensor: Tensor?, _ index: Int, to outputs: inout [OutputTensor], _ binding: Binding, rows: Range<Int>?, shared: Set<Int>
    ) {
        guard let tensor else { return }
        let name = binding.signature.outputs[index].name
        var dims = Dims(tensor.shape)
        var offset = tensor.dataType == .string ? 0 : tensor.byteOffset
        var count = tensor.count
        if let rows, !shared.contains(index), tensor.shape.rank > 0, tensor.shape[0] > 0 {
            let width = tensor.count / tensor.shape[0]
            dims[0] = rows.count
            offset += rows.lowerBound * width * (tensor.dataType == .string ? 1 : tensor.dataType.byteWidth)
            count = rows.count * width
        }
        if !binding.outputReshapes.isEmpty, let reshape = binding.outputReshapes[index] {
            let reshaped = reshape.apply(dims)
            // A model that gives another shape than it declared is shown as it is.
            if reshaped.checkedCount == count { dims = reshaped }
        }
        outputs.append(
            OutputTensor(name: name, dataType: tensor.dataType, dims: dims, storage: tensor.storage, offset: offset, count: count))
    }
}
