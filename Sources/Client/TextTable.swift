/// Rows of text in aligned columns, as a person reads them on a terminal.
public struct TextTable {
    private let header: [String]
    private var rows: [[String]] = []

    public init(_ header: String...) { self.header = header }

    /// Appends a row; missing cells are empty, further ones are dropped.
    public mutating func append(_ cells: String...) {
        rows.append((0..<header.count).map { $0 < cells.count ? cells[$0] : "" })
    }

    /// The table, every line ending in a line feed. Columns whose cells are all numbers are set flush right.
    public func rendered() -> String {
        let columns = header.indices
        let widths = columns.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        let numeric = columns.map { column in !rows.isEmpty && rows.allSatisfy { $0[column].isEmpty || Double($0[column]) != nil } }
        func line(_ cells: [String]) -> String {
            let padded = columns.map { column in
                let space = String(repeating: " ", count: widths[column] - cells[column].count)
                return numeric[column] ? space + cells[column] : cells[column] + space
            }
            var text = padded.joined(separator: "  ")
            while text.last == " " { text.removeLast() }
            return text + "\n"
        }
        return line(header) + line(widths.map { String(repeating: "─", count: $0) }) + rows.map(line).joined()
    }
}
