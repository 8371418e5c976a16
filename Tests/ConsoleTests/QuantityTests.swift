import Console
import Testing

@Suite struct QuantityTests {
    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1 k"), (25_557_032, "25.6 M"), (4_100_000_000, "4.1 G"), (123_456, "123 k")])
    func `counts have three digits and a prefix`(_ number: Int, _ text: String) {
        #expect(Quantity.count(number) == text)
    }

    @Test(arguments: [(0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), (102_760_448, "98 MiB")])
    func `bytes are counted in powers of 1024`(_ number: Int, _ text: String) {
        #expect(Quantity.bytes(number) == text)
    }
}
