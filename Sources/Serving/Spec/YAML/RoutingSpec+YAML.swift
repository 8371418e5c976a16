internal import YAML

extension RoutingSpec {
    mutating func read(_ map: inout YamlMap) throws(YamlError) {
        if var inner = try map.map("weights") {
            for key in inner.keys {
                guard let number = Int64(key), number > 0 else {
                    throw YamlError("\(inner.file):\(inner.line): '\(inner.path(key))' is no version number")
                }
                weights[number] = try inner.double(key, in: 0...1e9) ?? 0
            }
            guard weights.values.contains(where: { $0 > 0 }) else {
                throw YamlError("\(inner.file):\(inner.line): '\(inner.place)' gives no version a share")
            }
        }
        isSticky = try map.bool("sticky") ?? false
        stickyParameter = try map.string("sticky_parameter")
        stickyInput = try map.string("sticky_input")
        if stickyParameter != nil || stickyInput != nil { isSticky = true }
        if var inner = try map.map("canary") {
            var canary = CanarySpec()
            canary.steps = try inner.doubles("steps", in: 0...1) ?? canary.steps
            canary.stepNanos = try inner.duration("step") ?? canary.stepNanos
            canary.minRequests = try inner.int("min_requests", in: 0...1_000_000_000) ?? canary.minRequests
            canary.maxErrorShare = try inner.double("max_error_share", in: 0...1) ?? canary.maxErrorShare
            canary.maxLatencyFactor = try inner.double("max_latency_factor", in: 0...1e6) ?? canary.maxLatencyFactor
            try inner.finish()
            guard !canary.steps.isEmpty, canary.steps == canary.steps.sorted() else {
                throw YamlError("\(inner.file):\(inner.line): '\(inner.path("steps"))' must rise")
            }
            self.canary = canary
        }
        if var inner = try map.map("shadow") {
            guard let version = try inner.int("version", in: 1...Int.max) else {
                throw YamlError("\(inner.file):\(inner.line): '\(inner.place)' needs a 'version'")
            }
            var shadow = ShadowSpec(version: Int64(version))
            shadow.share = try inner.double("share", in: 0...1) ?? 1
            shadow.tolerance = try inner.double("tolerance", in: 0...1e9) ?? shadow.tolerance
            try inner.finish()
            self.shadow = shadow
        }
    }
}
