import Tensors
import Testing

@Suite struct TensorTests {
    @Test func `elements come back as they went in`() {
        let tensor = Tensor([Int32(1), -2, 3, 4], dataType: .int32, shape: [2, 2])
        #expect(tensor.elements(as: Int32.self) == [1, -2, 3, 4])
        #expect(tensor.byteCount == 16)
    }

    @Test func `a reshaped tensor shares its memory`() {
        let tensor = Tensor([Float(1), 2, 3, 4], dataType: .float32, shape: [4])
        #expect(tensor.reshaped(to: [2, 2]).bytes == tensor.bytes)
    }

    @Test func `owned memory is aligned to 64 bytes even when it is empty`() {
        for count in [0, 1, 7, 100] {
            #expect(Int(bitPattern: Tensor(dataType: .uint8, shape: Shape([count])).bytes) % 64 == 0)
        }
    }

    @Test func `strings may be any bytes`() {
        let tensor = Tensor(strings: [ByteString(bytes: [0xFF, 0]), "ü"], shape: [2])
        #expect(tensor.strings[0].bytes == [0xFF, 0] && tensor.strings[1].string == "ü")
    }

    @Test(arguments: DataType.allCases)
    func `a KServe name leads back to its type`(dataType: DataType) {
        #expect(DataType(kserveName: dataType.kserveName) == dataType)
    }
}
