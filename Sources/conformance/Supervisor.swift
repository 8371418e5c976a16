import Glibc

/// The parent process: has the cases run by children, one after the other, and survives whatever happens to them.
struct Supervisor {
    let arguments: [String]
    let cases: [Case]

    /// Why each case failed, by name; nil for one that passed. A case that had nothing to check is not among them.
    func run() -> [String: String?] {
        var results: [String: String?] = [:]
        var next = 0
        while next < cases.count {
            var running: String?
            var round: Substring?
            let status = child(from: next) { line in
                let parts = line.split(separator: " ", maxSplits: 1)
                switch parts.first {
                case "begin":
                    running = parts.last.map(String.init)
                    round = nil
                case "round": round = parts.last
                case "pass", "fail":
                    guard let name = running else { return }
                    results.updateValue(parts[0] == "pass" ? nil : parts.count > 1 ? String(parts[1]) : "no reason given", forKey: name)
                    running = nil
                    next += 1
                case "none":
                    running = nil
                    next += 1
                default: return
                }
            }
            if let name = running {
                results.updateValue(round.map { "\(status) in round \($0)" } ?? status, forKey: name)
                next += 1
            } else if next < cases.count, status != "" {
                // It ended between two cases.
                results.updateValue(status, forKey: cases[next].name)
                next += 1
            }
        }
        return results
    }

    /// Runs the cases from `start` on in a child. Returns how it ended: "" when it ended well.
    private func child(from start: Int, _ receive: (Substring) -> Void) -> String {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return "no pipe" }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addclose(&actions, ends[0])
        var strings: [UnsafeMutablePointer<CChar>?] = (arguments + ["--worker-from", String(start)]).map { strdup($0) }
        strings.append(nil)
        defer { for string in strings { free(string) } }
        // A trap prints pages of backtrace for every crashing case otherwise.
        var environment: [UnsafeMutablePointer<CChar>?] = [strdup("SWIFT_BACKTRACE=enable=no"), strdup("PATH=/usr/bin:/bin"), nil]
        if let libraries = getenv("LD_LIBRARY_PATH") {
            environment.insert(strdup("LD_LIBRARY_PATH=\(String(cString: libraries))"), at: 0)
        }
        defer { for string in environment { free(string) } }
        var process = pid_t()
        let code = posix_spawn(&process, "/proc/self/exe", &actions, nil, strings, environment)
        close(ends[1])
        defer { close(ends[0]) }
        guard code == 0 else { return "the test process does not start: \(String(cString: strerror(code)))" }
        var pending: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(ends[0], &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            pending += buffer[..<count]
            while let end = pending.firstIndex(of: 10) {
                let line = String(decoding: pending[..<end], as: UTF8.self)
                pending.removeSubrange(...end)
                receive(line[...])
            }
        }
        var status: Int32 = 0
        waitpid(process, &status, 0)
        if status & 0x7F == SIGALRM { return "it hangs" }
        if status & 0x7F != 0 { return "it crashes (signal \(status & 0x7F))" }
        return (status >> 8) & 0xFF == 0 ? "" : "the test process ends with \((status >> 8) & 0xFF)"
    }
}
