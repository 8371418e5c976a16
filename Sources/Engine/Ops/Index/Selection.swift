/// Picking the largest keys of a list.
enum Selection {
    /// Writes the positions of the `k` largest keys to `best`, largest first and of equal ones the first first.
    ///
    /// A heap of `k` positions whose root is the worst of them: O(count log k), and no more than `count` where the keys fall.
    static func largest(_ k: Int, of keys: UnsafePointer<Int64>, count: Int, into best: UnsafeMutablePointer<Int>) {
        if k == 0 { return }
        for index in 0..<k { best[index] = index }
        var root = k / 2 - 1
        while root >= 0 {
            sink(root, best, k, keys)
            root -= 1
        }
        for index in k..<count where keys[index] > keys[best[0]] {
            best[0] = index
            sink(0, best, k, keys)
        }
        var last = k - 1
        while last > 0 {
            (best[0], best[last]) = (best[last], best[0])
            sink(0, best, last, keys)
            last -= 1
        }
    }

    @inline(__always)
    private static func isWorse(_ left: Int, _ right: Int, _ keys: UnsafePointer<Int64>) -> Bool {
        keys[left] < keys[right] || keys[left] == keys[right] && left > right
    }

    @inline(__always)
    private static func sink(_ start: Int, _ heap: UnsafeMutablePointer<Int>, _ count: Int, _ keys: UnsafePointer<Int64>) {
        var root = start
        let moving = heap[root]
        while true {
            var child = 2 * root + 1
            if child >= count { break }
            if child + 1 < count, isWorse(heap[child + 1], heap[child], keys) { child += 1 }
            if !isWorse(heap[child], moving, keys) { break }
            heap[root] = heap[child]
            root = child
        }
        heap[root] = moving
    }
}
