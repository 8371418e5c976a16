import Tensors

/// The slices of a tensor along one axis, compared element by element in row-major order.
struct SliceOrder {
    private let keys: [Int64]
    private let strings: [ByteString]
    private let outer: Int
    private let inner: Int
    private let extent: Int

    init(_ tensor: Tensor, axis: Int) {
        outer = tensor.shape.count(in: 0..<axis)
        inner = tensor.shape.count(in: axis + 1..<tensor.shape.rank)
        extent = tensor.shape[axis]
        if tensor.dataType == .string {
            keys = []
            strings = tensor.strings
        } else {
            keys = [Int64](unsafeUninitializedCapacity: tensor.count) { buffer, count in
                if let base = buffer.baseAddress {
                    SortKey.fill(base, count: tensor.count, from: tensor, offset: 0, stride: 1)
                }
                count = tensor.count
            }
            strings = []
        }
    }

    /// True when slice `left` comes before `right`, false when after, nil when they are equal.
    func compare(_ left: Int, _ right: Int) -> Bool? {
        for block in 0..<outer {
            let first = (block * extent + left) * inner
            let second = (block * extent + right) * inner
            for offset in 0..<inner {
                if strings.isEmpty {
                    if keys[first + offset] != keys[second + offset] { return keys[first + offset] < keys[second + offset] }
                } else if strings[first + offset] != strings[second + offset] {
                    return strings[first + offset] < strings[second + offset]
                }
            }
        }
        return nil
    }
}
