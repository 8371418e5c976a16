internal import YAML
internal import Batching

extension BatchingSpec {
    mutating func read(_ map: inout YamlMap) throws(YamlError) {
        isExplicit = true
        isEnabled = try map.bool("enabled") ?? true
        preferredRows = try map.ints("preferred_sizes", in: 1...(1 << 20)) ?? []
        maxQueueDelayNanos = try map.duration("max_delay") ?? 0
        preservesOrder = try map.bool("preserve_ordering") ?? false
        priorityLevels = try map.int("priority_levels", in: 0...Self.maxPriorityLevels) ?? 0
        defaultPriority = try map.int("default_priority", in: 1...Self.maxPriorityLevels) ?? 0
        limits.maxQueuedTasks = try map.int("max_queued_requests", in: 1...10_000_000) ?? limits.maxQueuedTasks
        limits.maxQueuedBytes = try map.int("max_queued_bytes", in: 1...Int.max) ?? limits.maxQueuedBytes
        limits.maxTaskRows = try map.int("max_rows_per_request", in: 1...(1 << 30)) ?? limits.maxTaskRows
        if var inner = try map.map("queue") {
            defaultQueuePolicy = try QueuePolicy(&inner)
            try inner.finish()
        }
        guard var inner = try map.map("levels") else { return }
        for key in inner.keys {
            guard let level = Int(key), level >= 1, level <= max(1, priorityLevels) else {
                throw YamlError("\(inner.file):\(inner.line): '\(inner.path(key))' is no priority level; there are \(max(1, priorityLevels))")
            }
            guard var policy = try inner.map(key) else { continue }
            queuePolicies[level] = try QueuePolicy(&policy)
            try policy.finish()
        }
    }
}

extension QueuePolicy {
    fileprivate init(_ map: inout YamlMap) throws(YamlError) {
        self.init()
        timeoutAction = try map.choice("timeout_action", [("reject", .reject), ("delay", .delay)]) ?? .reject
        defaultTimeoutNanos = try map.duration("timeout")
        allowsTimeoutOverride = try map.bool("allow_timeout_override") ?? true
        maxQueueSize = try map.int("max_size", in: 1...10_000_000)
    }
}
