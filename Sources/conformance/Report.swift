/// What is printed at the end: the cases that fail, a table by reason, the count.
struct Report {
    var passed = 0
    var failed: [(name: String, reason: String)] = []
    var skipped: [(name: String, reason: String)] = []

    init(_ cases: [Case], results: [String: String?], expected: ExpectedList) {
        for item in cases {
            let reason = results[item.name] ?? "it was not run"
            switch (reason, expected.reasons[item.name]) {
            case (nil, nil): passed += 1
            // A draw that happens to agree proves nothing.
            case (nil, .some(let known)) where known.hasPrefix("random"): skipped.append((item.name, known))
            case (nil, .some): failed.append((item.name, "passes now: remove it from the list"))
            case (.some, .some(let known)): skipped.append((item.name, known))
            case (.some(let reason), nil): failed.append((item.name, reason))
            }
        }
    }

    func show() {
        for item in failed { print("FAIL \(item.name): \(item.reason)") }
        if !failed.isEmpty { print("") }
        for (title, items) in [("failed", failed), ("skipped", skipped)] where !items.isEmpty {
            let groups = Dictionary(grouping: items) { Self.kind($0.reason) }.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
            for group in groups { print("\(title) \(String(group.value.count).leftPadded(to: 5))  \(group.key)") }
            print("")
        }
        print("\(passed) passed, \(failed.count) failed, \(skipped.count) skipped")
    }

    /// A reason without what differs from case to case.
    private static func kind(_ reason: String) -> String {
        for known in ["wrong value", "wrong shape", "wrong type"] where reason.contains(known) { return known }
        return reason.ranges(of: " in round ").first.map { String(reason[..<$0.lowerBound]) } ?? reason
    }
}

extension String {
    fileprivate func leftPadded(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}
