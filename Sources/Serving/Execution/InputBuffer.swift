internal import Batching
internal import Glibc
internal import Tensors

/// Memory for one input of a batch, used again from batch to batch.
struct InputBuffer {
    private let dataType: DataType
    private var storage: TensorStorage?
    /// Tensors over `storage` by their extents, so that the sizes that come again cost no allocation.
    private var views: [(dims: Dims, tensor: Tensor)] = []
    /// Views kept. Beyond: the oldest goes.
    private static let maxViews = 32

    init(dataType: DataType) { self.dataType = dataType }

    /// A tensor of `dims` with the rows of `parts` in it, in their order.
    mutating func fill(dims: Dims, parts: ArraySlice<BatchItem<QueuedRequest>>, input: Int) -> Tensor {
        if dataType == .string { return gatherStrings(dims: dims, parts: parts, input: input) }
        let tensor = view(dims)
        var target = tensor.mutableBytes
        for part in parts {
            let request = part.task.request
            let contents = request.inputs[request.bound.places[input]]
            switch contents.contents {
            case .bytes(let bytes):
                target += Self.copy(bytes.baseAddress, byteCount: bytes.count, part: part, to: target)
            case .tensor(let own):
                target += Self.copy(own.bytes, byteCount: own.byteCount, part: part, to: target)
            }
        }
        return tensor
    }

    /// Copies the part's rows and returns their bytes.
    private static func copy(
        _ source: UnsafeRawPointer?, byteCount: Int, part: BatchItem<QueuedRequest>, to target: UnsafeMutableRawPointer
    ) -> Int {
        guard let source, byteCount > 0 else { return 0 }
        let rows = part.task.request.bound.rows
        if part.rows == rows {
            memcpy(target, source, byteCount)
            return byteCount
        }
        let width = byteCount / rows
        memcpy(target, source + part.firstRow * width, part.rows * width)
        return part.rows * width
    }

    private func gatherStrings(dims: Dims, parts: ArraySlice<BatchItem<QueuedRequest>>, input: Int) -> Tensor {
        let shape = Shape(dims.array)
        var strings: [ByteString] = []
        strings.reserveCapacity(shape.count)
        for part in parts {
            let request = part.task.request
            guard case .tensor(let own) = request.inputs[request.bound.places[input]].contents else { continue }
            let width = own.count / max(1, request.bound.rows)
            if part.rows == request.bound.rows {
                strings.append(contentsOf: own.strings)
            } else {
                strings.append(contentsOf: own.strings[(part.firstRow * width)..<((part.firstRow + part.rows) * width)])
            }
        }
        return Tensor(strings: strings, shape: shape)
    }

    private mutating func view(_ dims: Dims) -> Tensor {
        if let known = views.first(where: { $0.dims == dims }) { return known.tensor }
        let shape = Shape(dims.array)
        let byteCount = shape.count * dataType.byteWidth
        let memory: TensorStorage
        if let storage, storage.byteCount >= byteCount {
            memory = storage
        } else {
            memory = TensorStorage(byteCount: byteCount)
            storage = memory
            views.removeAll(keepingCapacity: true)
        }
        let tensor = Tensor(dataType: dataType, shape: shape, storage: memory)
        if views.count == Self.maxViews { views.removeFirst() }
        views.append((dims, tensor))
        return tensor
    }

    /// An output that is a view of an input keeps its memory: the next batch needs other memory.
    mutating func forgetIfShared(with outputs: [Tensor?]) {
        guard let storage else { return }
        for output in outputs {
            if let output, output.storage === storage {
                self.storage = nil
                views.removeAll(keepingCapacity: true)
                return
            }
        }
    }
}
