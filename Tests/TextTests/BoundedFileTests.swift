import Glibc
import Testing
import Text

@Suite struct `a bounded file` {
    private func withFile<Answer>(_ bytes: [UInt8], _ body: (String) throws -> Answer) rethrows -> Answer {
        var template = Array("/tmp/bounded-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        let path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        defer { unlink(path) }
        return try body(path)
    }

    @Test(arguments: [0, 1, 65_536, 200_000]) func `is read whole`(_ count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        #expect(try withFile(bytes) { try BoundedFile.contents(of: $0, limit: count) } == bytes)
    }

    @Test func `is refused above its bound`() {
        let failure = withFile([1, 2, 3]) { path in #expect(throws: BoundedFile.Failure.self) { try BoundedFile.contents(of: path, limit: 2) } }
        #expect(failure?.code == EFBIG)
        #expect(failure?.description == "larger than 2 bytes")
    }

    @Test func `is refused where the system says nothing of its size`() {
        let failure = #expect(throws: BoundedFile.Failure.self) { try BoundedFile.contents(of: "/dev/zero", limit: 100_000) }
        #expect(failure?.code == EFBIG)
    }

    @Test func `is read from a file that has no size`() throws {
        #expect(try !BoundedFile.contents(of: "/proc/self/status", limit: 1 << 20).isEmpty)
    }

    @Test func `says why it cannot be read`() {
        let failure = #expect(throws: BoundedFile.Failure.self) { try BoundedFile.contents(of: "/nowhere/at/all", limit: 10) }
        #expect(failure?.code == ENOENT)
        #expect(failure?.description == "No such file or directory")
    }
}
