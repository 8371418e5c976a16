/// Elements seen through labelled axes with strides; one operand of a contraction.
struct LabelledView<T: ComputeType> {
    var labels: [Int]
    var dims: [Int]
    var strides: [Int]
    var elements: UnsafePointer<T>

    /// A row-major tensor.
    init(labels: [Int], dims: [Int], elements: UnsafePointer<T>) {
        self.labels = labels
        self.dims = dims
        self.elements = elements
        strides = dims
        var step = 1
        for axis in dims.indices.reversed() {
            strides[axis] = step
            step *= dims[axis]
        }
    }

    /// The same without axes that only repeat a label (a diagonal) or only broadcast to `extents`.
    func simplified(_ extents: [Int: Int]) -> LabelledView {
        var view = self
        view.labels = []
        view.dims = []
        view.strides = []
        for (axis, label) in labels.enumerated() {
            if dims[axis] == 1, extents[label] != 1 { continue }
            if let seen = view.labels.firstIndex(of: label) {
                view.strides[seen] += strides[axis]
            } else {
                view.labels.append(label)
                view.dims.append(dims[axis])
                view.strides.append(strides[axis])
            }
        }
        return view
    }

    /// Extent and stride of a label; one element that never moves when the view lacks it.
    func axis(_ label: Int) -> (extent: Int, stride: Int) {
        guard let axis = labels.firstIndex(of: label) else { return (1, 0) }
        return (dims[axis], strides[axis])
    }

    /// Visits the elements in row-major order of `order`, by offset.
    func forEach(_ order: [Int], extents: [Int: Int], _ body: (Int) -> Void) {
        let axes = order.map { label in (extent: extents[label] ?? 1, stride: axis(label).stride) }
        var count = 1
        for axis in axes { count *= axis.extent }
        guard count > 0 else { return }
        guard let last = axes.last else { return body(0) }
        var index = [Int](repeating: 0, count: axes.count)
        var offset = 0
        for _ in 0..<count / last.extent {
            for i in 0..<last.extent { body(offset + i * last.stride) }
            var axis = axes.count - 2
            while axis >= 0 {
                index[axis] += 1
                offset += axes[axis].stride
                if index[axis] < axes[axis].extent { break }
                index[axis] = 0
                offset -= axes[axis].stride * axes[axis].extent
                axis -= 1
            }
        }
    }
}
