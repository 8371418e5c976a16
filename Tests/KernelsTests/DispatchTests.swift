import Glibc
import Kernels
import Testing

@Suite struct DispatchTests {
    @Test func `the widest available table is the one in use`() {
        #expect(Kernels.table === Kernels.available.last)
        let order = Kernels.available.map(\.instructionSet)
        #expect(order == order.sorted())
    }

    @Test func `a choice once made stays`() {
        let table = Kernels.table
        #expect(!Kernels.limit(to: .plain))
        #expect(Kernels.table === table)
    }

    /// An emulator of another CPU says what that CPU has: `MARTLET_EXPECTED_ISA=x86v2 qemu-x86_64 -cpu Nehalem …`.
    @Test(.enabled(if: getenv("MARTLET_EXPECTED_ISA") != nil))
    func `the table is that of the emulated CPU`() {
        let expected = getenv("MARTLET_EXPECTED_ISA").map { String(cString: $0) }
        #expect("\(Kernels.table.instructionSet)" == expected)
    }
}
