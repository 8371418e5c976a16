import Tensors
import Testing

@Suite struct MiniFloatTests {
    private static let formats: [DataType] = [.float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ, .float4E2M1]

    @Test(arguments: formats) func `every value is its own nearest`(type: DataType) throws {
        let format = try #require(MiniFloat.format(of: type))
        for code in 0..<(type == .float4E2M1 ? 16 : 256) {
            let value = format.values[code]
            if value.isNaN { continue }
            let back = format.encode(value, saturate: false)
            #expect(format.values[Int(back)] == value && format.values[Int(back)].sign == value.sign, "\(code)")
        }
    }

    @Test(arguments: formats) func `what lies between goes to the nearer, a tie to the even code`(type: DataType) throws {
        let format = try #require(MiniFloat.format(of: type))
        let positive = (0..<(type == .float4E2M1 ? 8 : 128)).filter { format.values[$0].isFinite }
        for (low, high) in zip(positive, positive.dropFirst()) {
            let (a, b) = (format.values[low], format.values[high])
            let middle = (a + b) / 2
            #expect(Int(format.encode(middle, saturate: true)) == (low % 2 == 0 ? low : high))
            #expect(Int(format.encode(middle.nextDown, saturate: true)) == low)
            #expect(Int(format.encode(middle.nextUp, saturate: true)) == high)
        }
    }

    @Test func `the ends of the formats are where they belong`() {
        #expect(MiniFloat.float8E4M3FN.values[0x7E] == 448 && MiniFloat.float8E4M3FN.values[0x7F].isNaN)
        #expect(MiniFloat.float8E4M3FNUZ.values[0x7F] == 240 && MiniFloat.float8E4M3FNUZ.values[0x80].isNaN)
        #expect(MiniFloat.float8E5M2.values[0x7B] == 57344 && MiniFloat.float8E5M2.values[0x7C] == .infinity)
        #expect(MiniFloat.float8E5M2FNUZ.values[0x7F] == 57344 && MiniFloat.float8E5M2FNUZ.values[0x80].isNaN)
        #expect(MiniFloat.float4E2M1.values[0..<8] == [0, 0.5, 1, 1.5, 2, 3, 4, 6])
    }

    @Test func `what is too large saturates or does not`() {
        for value in [Float(1e9), .infinity, .greatestFiniteMagnitude] {
            #expect(MiniFloat.float8E5M2.encode(value, saturate: true) == 0x7B)
            #expect(MiniFloat.float8E5M2.encode(-value, saturate: false) == 0xFC)
            #expect(MiniFloat.float8E4M3FNUZ.encode(value, saturate: false) == 0x80)
            #expect(MiniFloat.float4E2M1.encode(value, saturate: false) == 7)
        }
        #expect(MiniFloat.float8E4M3FN.encode(.nan, saturate: true) & 0x7F == 0x7F)
        #expect(MiniFloat.float8E4M3FNUZ.encode(-0.0, saturate: true) == 0)
        #expect(MiniFloat.float8E4M3FN.encode(-1e-9, saturate: true) == 0x80)
    }

    @Test func `powers of two round up, down or to the nearest`() {
        #expect(Float8E8M0.encode(1, saturate: true, rounding: .up) == 127)
        #expect(Float8E8M0.encode(1.5, saturate: true, rounding: .nearest) == 128)
        #expect(Float8E8M0.encode(1.4, saturate: true, rounding: .nearest) == 127)
        #expect(Float8E8M0.encode(1.9, saturate: true, rounding: .down) == 127)
        #expect(Float8E8M0.encode(.infinity, saturate: true, rounding: .up) == 254)
        #expect(Float8E8M0.encode(.greatestFiniteMagnitude, saturate: false, rounding: .up) == 255)
        #expect(Float8E8M0.value(of: 0) == 0x1p-127 && Float8E8M0.value(of: 255).isNaN && Float8E8M0.value(of: 128) == 2)
    }

    @Test func `bfloat16 rounds to even and keeps NaN`() {
        #expect(BFloat16(1).bitPattern == 0x3F80 && BFloat16(-2).float == -2)
        #expect(BFloat16(Float(bitPattern: 0x3F80_8000)).bitPattern == 0x3F80)
        #expect(BFloat16(Float(bitPattern: 0x3F81_8000)).bitPattern == 0x3F82)
        #expect(BFloat16(Float(bitPattern: 0x7F80_0001)).float.isNaN)
        #expect(BFloat16(.greatestFiniteMagnitude).float == .infinity)
    }
}
