import Glibc
import Serving
import Synchronization
import Testing

/// Loads and unloads an example model again and again; the process must not grow.
@Suite struct `memory over many loads` {
    /// Pages of memory that the process holds.
    static var residentPages: Int {
        guard let bytes = TemporaryFolder.read("/proc/self/statm") else { return 0 }
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        return words.count > 1 ? Int(words[1]) ?? 0 : 0
    }

    @Test func `five hundred loads and unloads leave the process as large as a hundred did`() {
        var configuration = ServingCore.Configuration(sources: [FolderSource(path: `ONNX models`.examples)])
        configuration.controlMode = .explicit
        configuration.limits.warmupNanos = 1_000_000
        let core = ServingCore(configuration, backends: BackendRegistry([OnnxBackend()]))
        core.start()
        core.waitForStartup()
        defer { core.stop() }
        var early = 0
        for cycle in 0..<500 {
            let done = Flag()
            let errors = Mutex<[ServingError]>([])
            core.load("digits-mlp") { error in
                if let error { errors.withLock { $0.append(error) } }
                core.unload("digits-mlp") { error in
                    if let error { errors.withLock { $0.append(error) } }
                    done.set()
                }
            }
            #expect(eventually { done.isSet })
            #expect(errors.withLock { $0 }.isEmpty)
            if cycle == 99 { early = Self.residentPages }
        }
        let late = Self.residentPages
        // A model that stays would add ten times that.
        #expect(late < early + 1000, "\(early) pages after a hundred, \(late) after five hundred")
    }
}
