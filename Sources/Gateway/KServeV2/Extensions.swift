internal import Serving
internal import Tensors

/// What KServe's two protocols share beyond the model itself: regions of memory and the names of classes.
struct KServeExtensions: Sendable {
    let memory: SharedMemory
    let labels: ClassLabels
    /// Sent with every answer; nil when nobody wants it.
    var load: LoadReporter?

    /// The outputs as they were wished for: classes in place of numbers. `wishes` is parallel to the outputs, or empty.
    func wished(_ answered: [OutputTensor], _ wishes: [OutputWish], _ version: ModelVersion) throws(ServingError) -> [OutputTensor] {
        guard wishes.contains(where: { $0.classCount > 0 }) else { return answered }
        var isBatched = false
        if case .rows = version.batchability, version.spec.maxBatchRows != 0 { isBatched = true }
        var outputs: [OutputTensor] = []
        for (index, output) in answered.enumerated() {
            let count = index < wishes.count ? wishes[index].classCount : 0
            guard count > 0 else {
                outputs.append(output)
                continue
            }
            let labels = labels.labels(of: output.name, version)
            // Without an axis for classes the rows themselves are all there is.
            let hasRows = isBatched && output.dims.count > 1
            outputs.append(try Classification.classes(of: output, count: count, hasRows: hasRows, labels: labels))
        }
        return outputs
    }

    /// Puts an output where its place is.
    func place(_ output: OutputTensor, at place: SharedMemoryPlace, raw: UnsafeRawBufferPointer) throws(ServingError) {
        try memory.write(raw, to: place, tensor: output.name)
    }

    /// An input whose elements are in shared memory.
    func input(_ name: Name, _ dataType: DataType, _ dims: Dims, at place: SharedMemoryPlace) throws(ServingError) -> InputTensor {
        let storage = try memory.read(place, tensor: name.string)
        let bytes = UnsafeRawBufferPointer(start: storage.base, count: storage.byteCount)
        if dataType == .string {
            return try InputTensor(name: name, dataType, dims, raw: bytes)
        }
        guard let count = dims.checkedCount, count.multipliedReportingOverflow(by: dataType.byteWidth) == (storage.byteCount, false) else {
            throw ServingError(
                .invalidArgument,
                "input '\(name)' has \(storage.byteCount) bytes in shared memory, but its shape \(dims) takes \((dims.checkedCount ?? 0) &* dataType.byteWidth)"
            )
        }
        let tensor = Tensor(dataType: dataType, shape: Shape([count]), storage: storage)
        return InputTensor(name: name, dataType: dataType, dims: dims, contents: .tensor(tensor))
    }
}
