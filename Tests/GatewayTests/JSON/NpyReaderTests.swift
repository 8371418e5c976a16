import Gateway
import Serving
import Tensors
import Testing

@Suite struct `a NumPy array` {
    private func npy(_ header: String, _ elements: [UInt8], version: UInt8 = 1) -> [UInt8] {
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0]
        let length = header.utf8.count
        bytes += version == 1 ? [UInt8(length & 255), UInt8(length >> 8)] : [UInt8(length & 255), UInt8(length >> 8), 0, 0]
        return bytes + Array(header.utf8) + elements
    }

    private func read(_ bytes: [UInt8]) throws(ServingError) -> (DataType, [Int], [UInt8]) {
        let read = bytes.withUnsafeBytes { bytes in
            Result { () throws(ServingError) in
                let array = try NpyReader.read(bytes)
                return (array.dataType, array.dims, Array(array.elements))
            }
        }
        return try read.get()
    }

    @Test(arguments: [UInt8(1), 2]) func `has a type, a shape and elements`(version: UInt8) throws {
        let bytes = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }", [0, 0, 128, 63, 0, 0, 0, 64], version: version)
        let (dataType, dims, elements) = try read(bytes)
        #expect(dataType == .float32)
        #expect(dims == [1, 2])
        #expect(elements == [0, 0, 128, 63, 0, 0, 0, 64])
    }

    @Test(arguments: [
        "{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", "{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "{'descr': '<f4', 'fortran_order': False}", "{'descr': '|O', 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9223372036854775807), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, -1), }", "",
    ]) func `that is not as we read it is refused`(_ header: String) {
        #expect(throws: ServingError.self) { try read(npy(header, [0, 0, 0, 0])) }
    }

    @Test func `that ends anywhere is refused`() {
        let bytes = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", [0, 0, 0, 0])
        for count in 0..<bytes.count { #expect(throws: ServingError.self) { try read(Array(bytes[..<count])) } }
    }
}
