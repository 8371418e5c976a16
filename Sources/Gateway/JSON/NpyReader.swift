package import Serving
package import Tensors

/// Reads an array in NumPy's file format.
package enum NpyReader {
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    package static func isNpy(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.count > 10 && bytes.prefix(6).elementsEqual(magic) }

    /// The array's type and shape, and where its elements lie in row-major order.
    package static func read(_ bytes: UnsafeRawBufferPointer) throws(ServingError) -> (
        dataType: DataType, dims: [Int], elements: UnsafeRawBufferPointer
    ) {
        guard isNpy(bytes) else { throw wrong("it does not begin as one") }
        let isLong = bytes[6] >= 2
        let start = isLong ? 12 : 10
        guard bytes.count >= start else { throw wrong("it ends inside its header") }
        let length =
            isLong
            ? Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
            : Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self)))
        guard length <= bytes.count - start else { throw wrong("it ends inside its header") }
        let header = String(decoding: bytes[start..<start + length], as: UTF8.self)
        guard let description = quoted(after: "'descr':", in: header), let dataType = dataType(description) else {
            throw wrong("its element type is not little-endian numbers or booleans")
        }
        guard !header.contains("'fortran_order': True") else { throw wrong("it is in column-major order") }
        guard let dims = shape(in: header) else { throw wrong("its header says no shape") }
        let elements = UnsafeRawBufferPointer(rebasing: bytes[(start + length)...])
        guard let count = Dims(dims).checkedCount, count.multipliedReportingOverflow(by: dataType.byteWidth) == (elements.count, false)
        else {
            throw wrong("it holds \(elements.count) bytes of elements, which do not fit its shape \(Dims(dims))")
        }
        return (dataType, dims, elements)
    }

    private static func wrong(_ why: String) -> ServingError { ServingError(.invalidArgument, "the NumPy array cannot be read: \(why)") }

    private static func quoted(after key: String, in header: String) -> String? {
        guard let range = header.firstRange(of: key) else { return nil }
        let parts = header[range.upperBound...].split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        return parts.count > 1 ? String(parts[1]) : nil
    }

    private static func shape(in header: String) -> [Int]? {
        guard let range = header.firstRange(of: "'shape':"), let open = header[range.upperBound...].firstIndex(of: "("),
            let close = header[open...].firstIndex(of: ")")
        else { return nil }
        var dims: [Int] = []
        for part in header[header.index(after: open)..<close].split(separator: ",") {
            let digits = part.filter { $0 != " " }
            if digits.isEmpty { continue }
            guard let extent = Int(digits), extent >= 0, dims.count < 32 else { return nil }
            dims.append(extent)
        }
        return dims
    }

    private static func dataType(_ description: String) -> DataType? {
        switch description {
        case "|b1": .bool
        case "|i1": .int8
        case "|u1": .uint8
        case "<i2": .int16
        case "<u2": .uint16
        case "<i4": .int32
        case "<u4": .uint32
        case "<i8": .int64
        case "<u8": .uint64
        case "<f2": .float16
        case "<f4": .float32
        case "<f8": .float64
        default: nil
        }
    }
}
