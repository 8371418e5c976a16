import Client
import Tensors
import Testing

@Suite struct NpyTests {
    @Test(arguments: [Shape([]), Shape([3]), Shape([2, 3]), Shape([0, 4])])
    func `what is written reads back`(shape: Shape) throws {
        let tensor = Tensor((0..<shape.count).map(Float.init), dataType: .float32, shape: shape)
        let file = try Npy.encode(tensor)
        #expect((file.count - tensor.byteCount) % 64 == 0)
        let back = try Npy.decode(file)
        #expect(back.shape == shape && back.dataType == .float32)
        #expect(back.elements(as: Float.self) == tensor.elements(as: Float.self))
    }

    @Test func `a file cut anywhere is an error and never a trap`() throws {
        let file = try Npy.encode(Tensor([Int64(1), 2, 3], dataType: .int64, shape: [3]))
        for end in 0..<file.count {
            #expect(throws: Npy.FormatError.self) { try Npy.decode(Array(file[..<end])) }
        }
    }

    @Test func `Fortran order is refused`() throws {
        let text = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }\n"
        let file: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8) + [UInt8](repeating: 0, count: 16)
        #expect(throws: Npy.FormatError.self) { try Npy.decode(file) }
    }
}
