internal import Client
internal import Messages
internal import Tensors

/// Elements of tensors as they are on the wire: little-endian, strings behind their length in 4 bytes.
enum WireElements {
    static func bytes(of tensor: Tensor) -> [UInt8] {
        if tensor.dataType == .string { return tensor.packedStrings }
        return withExtendedLifetime(tensor) { Array(UnsafeRawBufferPointer(start: tensor.bytes, count: tensor.byteCount)) }
    }

    /// The end of a sentence, or nil when there are `count` whole strings.
    static func faultOfStrings(_ bytes: UnsafeRawBufferPointer, count: Int) -> String? {
        var offset = 0
        var found = 0
        while offset < bytes.count {
            guard bytes.count - offset >= 4 else { return "ends inside a string" }
            let length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
            guard bytes.count - offset - 4 >= length else { return "ends inside a string" }
            offset += 4 + length
            found += 1
        }
        return found == count ? nil : "has \(found) strings, expected \(count)"
    }

    /// Where two tensors of one type and shape differ, as the end of a sentence, or nil.
    static func difference(
        _ found: UnsafeRawBufferPointer, _ wanted: UnsafeRawBufferPointer, _ datatype: InferDatatype, tolerance: Double
    ) -> String? {
        func compare<Bits: FixedWidthInteger>(_ type: Bits.Type, _ number: (Bits) -> Double) -> String? {
            let width = MemoryLayout<Bits>.size
            func value(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Double {
                number(Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: index * width, as: Bits.self)))
            }
            let count = wanted.count / width
            var scale = 0.0
            for index in 0..<count {
                let magnitude = value(wanted, index).magnitude
                if magnitude.isFinite { scale = max(scale, magnitude) }
            }
            let allowed = tolerance * max(scale, 1e-30)
            for index in 0..<count {
                let (left, right) = (value(found, index), value(wanted, index))
                if left == right || (left.isNaN && right.isNaN) || (left - right).magnitude <= allowed { continue }
                return "element \(index) is \(left), expected \(right)"
            }
            return nil
        }
        guard found.count == wanted.count else { return "has \(found.count) bytes, expected \(wanted.count)" }
        switch datatype {
        case .fp32: return compare(UInt32.self) { Double(Float(bitPattern: $0)) }
        case .fp64: return compare(UInt64.self) { Double(bitPattern: $0) }
        case .fp16: return compare(UInt16.self) { Double(Float16(bitPattern: $0)) }
        case .bf16: return compare(UInt16.self) { Double(Float(bitPattern: UInt32($0) << 16)) }
        default:
            guard let index = found.indices.first(where: { found[$0] != wanted[$0] }) else { return nil }
            return "element \(index / max(1, datatype.elementBytes ?? 1)) is not what was expected"
        }
    }
}
