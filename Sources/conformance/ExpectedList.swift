import Glibc

/// The cases that are known not to pass, each with its reason: lines of `case-name # reason`.
struct ExpectedList {
    private(set) var reasons: [String: String] = [:]

    init() {}

    init?(path: String) {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, file) > 0, let line {
            let parts = String(cString: line).split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts[0].filter { !$0.isWhitespace }
            guard !name.isEmpty else { continue }
            let reason = parts.count > 1 ? parts[1].drop { $0.isWhitespace } : ""
            reasons[name] = String(reason.prefix { !$0.isNewline })
        }
    }
}
