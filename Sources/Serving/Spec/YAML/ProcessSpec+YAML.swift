internal import YAML

extension ProcessSpec {
    init(_ map: inout YamlMap) throws(YamlError) {
        self.init()
        command = try map.strings("command") ?? []
        environment = try map.words("environment")
        startTimeoutNanos = try Self.positive(&map, "start_timeout") ?? startTimeoutNanos
        runTimeoutNanos = try Self.positive(&map, "timeout") ?? runTimeoutNanos
        healthIntervalNanos = try Self.positive(&map, "health_interval") ?? healthIntervalNanos
        maxSharedBytes = try map.int("max_shared_bytes", in: (1 << 16)...(1 << 40)) ?? maxSharedBytes
    }

    private static func positive(_ map: inout YamlMap, _ key: String) throws(YamlError) -> Int64? {
        guard let nanos = try map.duration(key) else { return nil }
        guard nanos > 0 else { throw YamlError("\(map.file):\(map.line): '\(map.path(key))' must be longer than nothing") }
        return nanos
    }
}
