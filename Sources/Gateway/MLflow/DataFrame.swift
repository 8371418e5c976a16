internal import JSON
internal import Serving
internal import Tensors

/// A table as the inputs of a model: either each input is the column of its name, or the columns side by side are the only input.
struct DataFrame {
    private let version: ModelVersion
    private let columns: [String]
    /// For each column its input's place in ``gathered``.
    private let targets: [Int]
    private var gathered: [Gathered] = []
    private(set) var rows = 0

    /// Columns of one table. Beyond: 400.
    private static let maxColumns = 1 << 16

    /// One input's values, row after row.
    private final class Gathered {
        let port: TensorSignature
        var elements: ElementBuffer
        /// Columns that it is made of.
        var width: Int

        init(_ port: TensorSignature, width: Int) {
            self.port = port
            self.width = width
            elements = ElementBuffer(port.dataType, options: [.nullIsNaN, .lenient, .base64])
        }
    }

    init(_ columns: [String], of version: ModelVersion) throws(ServingError) {
        self.version = version
        self.columns = columns
        let ports = version.signature.inputs
        guard !columns.isEmpty, columns.count <= Self.maxColumns else {
            throw ServingError(.invalidArgument, "the table must have 1 to \(Self.maxColumns) columns, but has \(columns.count)")
        }
        guard Set(columns).count == columns.count else { throw ServingError(.invalidArgument, "a column of the table stands there twice") }
        let places = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1, $0) })
        if ports.allSatisfy({ places[$0.name] != nil || $0.isOptional }), ports.contains(where: { places[$0.name] != nil }) {
            let used = ports.filter { places[$0.name] != nil }
            guard used.count == columns.count else {
                let unknown = columns.first { name in !ports.contains { $0.name == name } } ?? ""
                throw ServingError(.invalidArgument, "model '\(version.model)' has no input for the column '\(unknown)'")
            }
            gathered = used.map { Gathered($0, width: 1) }
            targets = columns.map { name in used.firstIndex { $0.name == name } ?? 0 }
        } else if ports.count == 1 {
            gathered = [Gathered(ports[0], width: columns.count)]
            targets = Array(repeating: 0, count: columns.count)
        } else {
            throw ServingError(
                .invalidArgument,
                "the columns \(columns.prefix(16).joined(separator: ", ")) are not the inputs of model '\(version.model)': \(ports.map(\.name).joined(separator: ", "))"
            )
        }
    }

    /// Reads a row: a list with a value for each column.
    mutating func appendRow(_ reader: inout JSONReader) throws(JSONError) {
        let place = reader.mark()
        var column = 0
        try reader.beginArray()
        while try reader.nextElement() {
            guard column < columns.count else { throw JSONError("row \(rows) has more values than there are columns", at: place) }
            try append(&reader, column)
            column += 1
        }
        guard column == columns.count else { throw JSONError("row \(rows) has \(column) values for \(columns.count) columns", at: place) }
        rows += 1
    }

    /// Reads a row: an object with a value for each column, in the order of the first one's keys.
    mutating func appendRecord(_ reader: inout JSONReader) throws(JSONError) {
        let place = reader.mark()
        var marks = [Int](repeating: -1, count: columns.count)
        var next = 0
        try reader.beginObject()
        while let key = try reader.nextKey() {
            // Records mostly have their keys in the same order.
            let column = next < columns.count && columns[next] == key ? next : columns.firstIndex(of: key)
            guard let column else { throw JSONError("row \(rows) has the column '\(key)', which the first row does not have", at: place) }
            marks[column] = reader.mark()
            try reader.skip()
            next = column + 1
        }
        for column in columns.indices {
            guard marks[column] >= 0 else { throw JSONError("row \(rows) has no value for the column '\(columns[column])'", at: place) }
            var value = reader.at(marks[column])
            try append(&value, column)
        }
        rows += 1
    }

    private mutating func append(_ reader: inout JSONReader, _ column: Int) throws(JSONError) {
        do throws(JSONError) { try gathered[targets[column]].elements.append(&reader) } catch {
            throw JSONError("row \(rows), column '\(columns[column])': \(error.message)", at: error.offset)
        }
    }

    /// The model's inputs.
    func inputs() throws(ServingError) -> [InputTensor] {
        guard rows > 0 else { throw ServingError(.invalidArgument, "the table has no rows") }
        var inputs: [InputTensor] = []
        for column in gathered {
            let rest = column.port.dims.map { Array($0.dropFirst()) } ?? [column.width]
            guard let extents = OpenShape.fill(rest, count: column.width) else {
                throw ServingError(
                    .invalidArgument,
                    "the table's \(column.width) columns do not fit input '\(column.port.name)' of shape \(Dims(column.port.dims ?? []))")
            }
            inputs.append(InputTensor(name: Name(column.port.name), column.elements.tensor(Shape([rows] + extents))))
        }
        return inputs
    }
}
