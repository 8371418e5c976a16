import Glibc
import Serving
import Testing

@Suite struct `a version with a manifest` {
    @Test func `is loaded as soon as its files have their sizes, and not before`() {
        let harness = Harness(["m/1/model.test": "factor 1\nend\n"], mode: .poll(intervalNanos: 30_000_000))
        // The manifest comes first and says 13 bytes: half a file that lies still is not taken.
        harness.folder.write(#"{"files": {"model.test": {"size": 13}}}"#, to: "m/2/manifest.json")
        harness.folder.write("factor 2\n", to: "m/2/model.test")
        usleep(200_000)
        #expect(harness.core.versions(of: "m").map(\.number) == [1])
        harness.folder.append("end\n", to: "m/2/model.test")
        #expect(eventually { harness.core.versions(of: "m").map(\.number) == [2] })
        for event in harness.events.all { if case .loadFailed(let version, let error) = event { Issue.record("\(version): \(error)") } }
    }

    @Test(arguments: [
        // python3 -c 'import zlib; print("%x" % zlib.crc32(b"end\n"))'
        ("8eb179ba", nil),
        ("00000001", "has the checksum 8eb179ba, but manifest.json says 1"),
        ("nonsense", "manifest.json: 'nonsense' is no CRC-32"),
    ] as [(String, String?)]) func `has its checksums compared`(sum: String, fault: String?) {
        let harness = Harness([
            "m/1/model.test": "end\n", "m/1/manifest.json": #"{"files": {"model.test": {"size": 4, "crc32": "\#(sum)"}}}"#,
        ])
        #expect(harness.core.isReady(model: "m") == (fault == nil))
        if let fault { #expect(harness.core.index().first?.reason.hasSuffix(fault) == true) }
    }

    @Test func `names a file that must be there`() {
        let harness = Harness([
            "m/1/model.test": "end\n", "m/1/manifest.json": #"{"files": {"weights": {"size": 4, "crc32": "1"}}}"#,
        ])
        #expect(harness.core.index().first?.reason.hasSuffix("m/1/weights', which manifest.json names") == true)
    }
}
