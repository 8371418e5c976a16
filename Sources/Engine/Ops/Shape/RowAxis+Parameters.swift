extension RowAxis {
    /// What keeps the rows of a batch apart from being separable because of the inputs `indices`, which steer an operator
    /// rather than flow through it; nil when nothing does.
    ///
    /// A parameter whose elements are known follows from shapes and constants alone: it is the same for all rows, and the
    /// operator judges by its elements what it does to them.
    static func obstacle(_ rows: [RowAxis], facts: [Fact?], parameters indices: Range<Int>) -> RowAxis? {
        for index in indices where index < rows.count {
            switch rows[index] {
            case .absent: continue
            case .axis: return .mixed("its parameter \(index) differs from row to row")
            case .mixed:
                if index < facts.count, facts[index]?.value != nil { continue }
                return rows[index]
            }
        }
        return nil
    }

    /// The axis of the rows, when they are apart.
    var position: Int? {
        if case .axis(let axis) = self { axis } else { nil }
    }

    /// The state of input `index`; absent when it is left out.
    static func of(_ rows: [RowAxis], _ index: Int) -> RowAxis {
        index < rows.count ? rows[index] : .absent
    }
}
