import Glibc
import Serving
import Synchronization
import Testing

@Suite struct `poll mode` {
    static let interval: Int64 = 30_000_000

    @Test func `a new version takes over and a removed model goes`() {
        let harness = Harness(["m/1/model.test": "factor 1\nend\n"], mode: .poll(intervalNanos: Self.interval))
        #expect(harness.ask("m", rows: [[1, 1]]).floats() == [2, 2])
        harness.folder.write("factor 2\nend\n", to: "m/2/model.test")
        #expect(eventually { harness.core.versions(of: "m").map(\.number) == [2] })
        #expect(harness.ask("m", rows: [[1, 1]]).floats() == [3, 3])
        harness.folder.write("factor 9\nend\n", to: "n/1/model.test")
        #expect(eventually { harness.core.isReady(model: "n") })
        harness.folder.remove("m")
        #expect(eventually { !harness.core.isReady(model: "m") })
        #expect(harness.ask("m", rows: [[1, 1]]).error?.code == .notFound)
        #expect(eventually { harness.core.index().map(\.model) == ["n"] })
    }

    @Test func `files that are copied slowly are never taken half`() {
        let harness = Harness(["m/1/model.test": "factor 1\nend\n"], mode: .poll(intervalNanos: Self.interval))
        // Ten pieces, each well within an interval of the next.
        harness.folder.write("factor 2\n", to: "m/2/model.test")
        for _ in 0..<20 {
            harness.folder.append("width 2\n", to: "m/2/model.test")
            usleep(12_000)
            #expect(harness.core.versions(of: "m").map(\.number) == [1])
        }
        harness.folder.append("end\n", to: "m/2/model.test")
        #expect(eventually { harness.core.versions(of: "m").map(\.number) == [2] })
        for event in harness.events.all {
            if case .loadFailed(let version, let error) = event { Issue.record("\(version): \(error)") }
        }
    }

    @Test func `a version that failed is tried again when its files change, and only then`() {
        let harness = Harness(["m/1/model.test": "refuse not yet\nend\n"], mode: .poll(intervalNanos: Self.interval))
        #expect(!harness.core.isReady(model: "m"))
        usleep(150_000)
        #expect(harness.backend.log.loads.load(ordering: .relaxed) == 1)
        harness.folder.write("factor 2\nend\n", to: "m/1/model.test")
        #expect(eventually { harness.core.isReady(model: "m") })
    }

    @Test func `a start in the middle of a copy waits for the second look`() {
        let folder = TemporaryFolder()
        folder.write("factor 2\n", to: "m/1/model.test")
        let copying = Flag()
        let group = ThreadGroup()
        let path = folder.path
        group.start {
            let handle = fopen("\(path)/m/1/model.test", "a")!
            for _ in 0..<15 {
                fputs("width 2\n", handle)
                fflush(handle)
                usleep(20_000)
            }
            fputs("end\n", handle)
            fclose(handle)
            copying.set()
        }
        let backend = TestBackend()
        var configuration = ServingCore.Configuration(sources: [FolderSource(path: path)])
        configuration.controlMode = .poll(intervalNanos: 60_000_000)
        let events = EventLog()
        configuration.onEvent = { events.append($0) }
        let core = ServingCore(configuration, backends: BackendRegistry([backend]))
        core.start()
        #expect(eventually { core.isReady(model: "m") })
        #expect(copying.isSet)
        for event in events.all { if case .loadFailed(_, let error) = event { Issue.record("\(error)") } }
        group.join()
        core.stop()
    }
}
