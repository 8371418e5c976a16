internal import JSON
internal import Serving

/// A table as text: names in the first line, a row in each line after it, commas between values, quotes around those that need them.
enum CSVTable {
    static func read(_ body: UnsafeRawBufferPointer, _ version: ModelVersion) throws(WebFailure) -> (inputs: [InputTensor], rows: Int?) {
        var place = 0
        guard let header = try line(body, &place, 1) else { throw WebFailure(400, "the table is empty") }
        do throws(ServingError) {
            var frame = try DataFrame(header.map { String(decoding: $0.bytes, as: UTF8.self) }, of: version)
            var number = 1
            while let cells = try nextLine(body, &place, &number) {
                // A row as JSON: numbers as they stand, nothing for what is missing.
                var json = JSONWriter()
                json.beginArray()
                for cell in cells { write(cell, to: &json) }
                json.endArray()
                let row = json.bytes
                let read = row.withUnsafeBytes { bytes in
                    Result { () throws(JSONError) in
                        var reader = JSONReader(bytes)
                        try frame.appendRow(&reader)
                    }
                }
                do throws(JSONError) { try read.get() } catch { throw ServingError(.invalidArgument, "line \(number): \(error.message)") }
            }
            return (try frame.inputs(), frame.rows)
        } catch {
            throw WebFailure(error)
        }
    }

    private struct Cell {
        var bytes: [UInt8] = []
        var isQuoted = false
    }

    private static func nextLine(_ body: UnsafeRawBufferPointer, _ place: inout Int, _ number: inout Int) throws(ServingError) -> [Cell]? {
        number += 1
        do throws(WebFailure) { return try line(body, &place, number) } catch { throw ServingError(.invalidArgument, error.message) }
    }

    /// The cells of the next line that is not empty; nil at the end.
    private static func line(_ body: UnsafeRawBufferPointer, _ place: inout Int, _ number: Int) throws(WebFailure) -> [Cell]? {
        while place < body.count, body[place] == 0x0A || body[place] == 0x0D { place += 1 }
        guard place < body.count else { return nil }
        var cells: [Cell] = []
        var cell = Cell()
        var isInside = false
        while place < body.count {
            let byte = body[place]
            place += 1
            if isInside {
                if byte != UInt8(ascii: "\"") {
                    cell.bytes.append(byte)
                } else if place < body.count, body[place] == UInt8(ascii: "\"") {
                    cell.bytes.append(byte)
                    place += 1
                } else {
                    isInside = false
                }
            } else if byte == UInt8(ascii: "\""), cell.bytes.isEmpty {
                isInside = true
                cell.isQuoted = true
            } else if byte == UInt8(ascii: ",") {
                cells.append(cell)
                cell = Cell()
            } else if byte == 0x0A {
                break
            } else if byte != 0x0D {
                cell.bytes.append(byte)
            }
        }
        guard !isInside else { throw WebFailure(400, "line \(number): a quote is not closed") }
        cells.append(cell)
        return cells
    }

    private static func write(_ cell: Cell, to json: inout JSONWriter) {
        let text = String(decoding: cell.bytes, as: UTF8.self)
        if !cell.isQuoted {
            switch text.lowercased() {
            case "", "nan", "null": return json.null()
            case "true": return json.bool(true)
            case "false": return json.bool(false)
            default: break
            }
            let isNumber = cell.bytes.withUnsafeBytes { bytes in
                var reader = JSONReader(bytes)
                return (try? reader.number()) != nil && (try? reader.end()) != nil
            }
            if isNumber { return json.raw(cell.bytes) }
        }
        json.string(text)
    }
}
