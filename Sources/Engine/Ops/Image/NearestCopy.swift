internal import Tensors

/// Copies elements of any type from given positions along each axis.
enum NearestCopy {
    static func run(_ source: Tensor, _ target: Tensor, _ positions: [[Int]]) {
        if source.dataType == .string {
            let strings = source.strings
            var result: [ByteString] = []
            result.reserveCapacity(target.count)
            forEachLine(source.shape, target.shape, positions) { base, line in
                for position in line { result.append(strings[base + position]) }
            }
            target.setStrings(result)
            return
        }
        switch source.dataType.byteWidth {
        case 1: copy(source, target, positions, as: UInt8.self)
        case 2: copy(source, target, positions, as: UInt16.self)
        case 4: copy(source, target, positions, as: UInt32.self)
        case 8: copy(source, target, positions, as: UInt64.self)
        default: copy(source, target, positions, as: SIMD2<UInt64>.self)
        }
    }

    private static func copy<E: BitwiseCopyable>(_ source: Tensor, _ target: Tensor, _ positions: [[Int]], as type: E.Type) {
        let from = source.pointer(as: type)
        var to = target.mutablePointer(as: type)
        if let line = positions.last, source.shape.dims.last == line.count, line.indices.allSatisfy({ line[$0] == $0 }) {
            // The last axis stays as it is: whole lines.
            forEachLine(source.shape, target.shape, positions) { base, line in
                to.update(from: from + base, count: line.count)
                to += line.count
            }
            return
        }
        forEachLine(source.shape, target.shape, positions) { base, line in
            for position in line {
                to.pointee = from[base + position]
                to += 1
            }
        }
    }

    /// Calls `body` for every line along the last axis of the target, with where the line begins in the source.
    @inline(__always)
    private static func forEachLine(_ source: Shape, _ target: Shape, _ positions: [[Int]], _ body: (Int, [Int]) -> Void) {
        guard let line = positions.last, target.count > 0 else {
            if target.count > 0 { body(0, [0]) }
            return
        }
        let (rank, strides) = (target.rank, source.strides)
        var index = [Int](repeating: 0, count: rank)
        for _ in 0..<target.count / line.count {
            var base = 0
            for axis in 0..<rank - 1 { base += positions[axis][index[axis]] * strides[axis] }
            body(base, line)
            var axis = rank - 2
            while axis >= 0 {
                index[axis] += 1
                if index[axis] < target[axis] { break }
                index[axis] = 0
                axis -= 1
            }
        }
    }
}
