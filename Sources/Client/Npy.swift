public import Tensors

/// NumPy's `.npy` file format, versions 1 to 3, in C order.
///
/// Source of the format: NumPy Enhancement Proposal 1.
public enum Npy {
    public struct FormatError: Error, CustomStringConvertible {
        public let description: String
    }

    /// The tensor that the bytes of a file hold.
    /// - Throws: ``FormatError`` for anything else than a C-ordered array of a type that a tensor can have.
    public static func decode(_ file: [UInt8]) throws(FormatError) -> Tensor {
        let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
        guard file.count >= 10, Array(file[0..<6]) == magic else { throw FormatError(description: "not a .npy file") }
        let wide = file[6] >= 2
        guard !wide || file.count >= 12 else { throw FormatError(description: "the header is cut off") }
        let length = wide ? Int(file[8]) | Int(file[9]) << 8 | Int(file[10]) << 16 | Int(file[11]) << 24 : Int(file[8]) | Int(file[9]) << 8
        let start = wide ? 12 : 10
        guard length <= file.count - start else { throw FormatError(description: "the header is cut off") }
        let header = String(decoding: file[start..<start + length], as: UTF8.self)

        guard let descriptor = value(of: "descr", in: header), let order = value(of: "fortran_order", in: header),
            let tuple = value(of: "shape", in: header)
        else { throw FormatError(description: "the header lacks descr, fortran_order or shape") }
        guard order == "False" else { throw FormatError(description: "Fortran order is not supported: save with numpy.ascontiguousarray") }
        guard let dataType = types[descriptor] else { throw FormatError(description: "elements of type \(descriptor) are not supported") }
        var dims: [Int] = []
        for part in tuple.split(separator: ",") {
            guard let dim = Int(part.filter { $0 != " " }) else { throw FormatError(description: "shape (\(tuple)) is not a tuple of integers") }
            dims.append(dim)
        }
        guard let shape = Shape(checking: dims) else { throw FormatError(description: "shape (\(tuple)) is too large") }
        let body = file[(start + length)...]
        guard body.count == shape.count * dataType.byteWidth else {
            throw FormatError(description: "\(body.count) bytes of data where \(shape) of \(dataType) takes \(shape.count * dataType.byteWidth)")
        }
        let tensor = Tensor(dataType: dataType, shape: shape)
        body.withUnsafeBytes { source in
            if let base = source.baseAddress { tensor.mutableBytes.copyMemory(from: base, byteCount: source.count) }
        }
        return tensor
    }

    /// The bytes of a version 1 file.
    /// - Throws: ``FormatError`` for a type that NumPy has no name for.
    public static func encode(_ tensor: Tensor) throws(FormatError) -> [UInt8] {
        guard let descriptor = types.first(where: { $0.value == tensor.dataType && $0.key.first != "=" })?.key else {
            throw FormatError(description: "NumPy has no type for \(tensor.dataType)")
        }
        let dims = tensor.shape.dims
        let tuple = dims.map(String.init).joined(separator: ", ") + (dims.count == 1 ? "," : "")
        var header = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(tuple)), }"
        // The data starts on a multiple of 64 bytes, and the header ends with a line feed.
        header += String(repeating: " ", count: (64 - (10 + header.utf8.count + 1) % 64) % 64) + "\n"
        let length = header.utf8.count
        var file: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
        file += Array(header.utf8)
        file += UnsafeRawBufferPointer(start: tensor.bytes, count: tensor.byteCount)
        return withExtendedLifetime(tensor) { file }
    }

    private static let types: [String: DataType] = [
        "|b1": .bool, "|u1": .uint8, "|i1": .int8, "<u2": .uint16, "<i2": .int16, "<u4": .uint32, "<i4": .int32, "<u8": .uint64,
        "<i8": .int64, "<f2": .float16, "<f4": .float32, "<f8": .float64, "<c8": .complex64, "<c16": .complex128,
    ]

    /// The text of one entry of the header's Python dictionary, without quotes or parentheses.
    private static func value(of key: String, in header: String) -> String? {
        let bytes = Array(header.utf8)
        let needle = Array("'\(key)'".utf8)
        guard bytes.count >= needle.count, let at = (0...(bytes.count - needle.count)).first(where: { Array(bytes[$0..<$0 + needle.count]) == needle }) else {
            return nil
        }
        var rest = bytes[(at + needle.count)...].drop { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: " ") }
        guard let first = rest.first else { return nil }
        let end: UInt8
        switch first {
        case UInt8(ascii: "'"): end = UInt8(ascii: "'")
        case UInt8(ascii: "("): end = UInt8(ascii: ")")
        default: return String(decoding: rest.prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "}") }, as: UTF8.self)
        }
        rest = rest.dropFirst()
        return String(decoding: rest.prefix { $0 != end }, as: UTF8.self)
    }
}
