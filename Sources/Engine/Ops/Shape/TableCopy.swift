/// A copy in which each target axis looks its source position up in a table, for whatever no stride can say.
struct TableCopy {
    /// One table per axis, outermost first: for each target coordinate the element offset that it adds in the source.
    let tables: [[Int]]
    /// Elements that lie together on both sides behind each combination of coordinates.
    let run: Int
}

extension TableCopy: ElementMovement {
    var pieceCount: Int {
        if run == 0 { return 0 }
        var count = 1
        for table in tables.dropLast() { count *= table.count }
        return tables.last?.isEmpty == true ? 0 : count
    }

    var elementsPerPiece: Int { (tables.last?.count ?? 1) * run }

    func move<Element>(
        _ pieces: Range<Int>, from source: UnsafePointer<Element>, to target: UnsafeMutablePointer<Element>
    ) {
        let last = tables.last ?? [0]
        last.withUnsafeBufferPointer { last in
            for piece in pieces {
                var rest = piece
                var offset = 0
                for table in tables.dropLast().reversed() {
                    offset += table[rest % table.count]
                    rest /= table.count
                }
                let from = source + offset
                let to = target + piece * last.count * run
                if run == 1 {
                    for index in 0..<last.count { to[index] = from[last[index]] }
                } else {
                    for index in 0..<last.count { (to + index * run).update(from: from + last[index], count: run) }
                }
            }
        }
    }
}
