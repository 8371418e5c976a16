internal import Client
internal import YAML

extension Scenario {
    /// Reads a file. Throws `LoadError` with the file, the line, and what is wrong there.
    public init(path: String) throws(LoadError) {
        let bytes: [UInt8]
        do { bytes = try LocalFile.read(path) } catch { throw LoadError("\(error)") }
        try self.init(yaml: bytes, file: path)
    }

    /// - Parameter file: What errors call the document. Files that it names are found beside it.
    public init(yaml: [UInt8], file: String) throws(LoadError) {
        self.init()
        var map = try ScenarioMap(try Self.root(yaml, file), file: file)
        let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
        name = try map.text("name") ?? ""
        target = try map.text("target")
        let speech = try map.value("protocol", InferenceProtocol.names) { InferenceProtocol(rawValue: $0) } ?? .kserve
        plan.connections = try map.integer("connections", 1...100_000) ?? 1
        plan.streams = try map.integer("streams", 1...100_000) ?? plan.streams
        plan.loops = try map.integer("threads", 1...256) ?? 1
        plan.seed = UInt64(try map.integer("seed", 0...Int.max) ?? 1)
        if let warmup = try map.value("warmup", "auto or a duration", { RunPlan.Warmup($0) }) { plan.warmup = warmup }
        plan.thinkNanos = try map.duration("think") ?? 0
        plan.cancelShare = try map.value("cancel", "a share such as 5%", Share.parse) ?? 0
        plan.cancelWithinNanos = try map.duration("cancel_within") ?? plan.cancelWithinNanos
        plan.reconnectEvery = try map.integer("reconnect_every", 0...Int.max) ?? 0
        plan.readBytesPerSecond = try map.integer("read_bytes_per_second", 0...Int(Int32.max)) ?? 0
        plan.drainNanos = try map.duration("drain") ?? plan.drainNanos
        let timeout = try map.duration("timeout")
        for node in map.list("models") { models.append(try Self.model(node, file, folder, speech, timeout)) }
        try readPhases(&map, file)
        for node in map.list("actions") { actions.append(try Self.action(node, file)) }
        for node in map.list("assert") {
            do {
                assertions.append(try Assertion(try map.text(node, "assert")))
            } catch {
                throw error.message.hasPrefix(file) ? error : map.error(node.line, error.message)
            }
        }
        try map.end()
    }

    private static func root(_ yaml: [UInt8], _ file: String) throws(LoadError) -> YamlNode {
        let root: YamlNode?
        do { root = try YamlParser.parse(yaml, file: file) } catch { throw LoadError(error.description) }
        guard let root else { throw LoadError("\(file): the document is empty") }
        return root
    }

    private static func model(
        _ node: YamlNode, _ file: String, _ folder: String, _ speech: InferenceProtocol, _ timeout: UInt64?
    ) throws(LoadError) -> ModelRequest {
        if case .scalar(let name, _) = node.content {
            var request = ModelRequest(model: name)
            request.speech = speech
            request.timeoutNanos = timeout
            return request
        }
        var map = try ScenarioMap(node, file: file)
        guard let name = try map.text("model") else { throw map.error(node.line, "a model needs the key 'model' with its name") }
        var request = ModelRequest(model: name)
        request.speech = try map.value("protocol", InferenceProtocol.names) { InferenceProtocol(rawValue: $0) } ?? speech
        request.version = try map.text("version") ?? ""
        request.weight = try map.number("weight") ?? 1
        request.timeoutNanos = try map.duration("timeout") ?? timeout
        request.priority = try map.integer("priority", 0...Int(Int32.max)).map { UInt64($0) }
        request.inputs.batch = Int64(try map.integer("batch", 1...1_000_000) ?? 1)
        request.inputs.fill = try map.value("fill", "random or zero") { RequestInputs.Fill(rawValue: $0) } ?? .random
        request.goldenPath = try map.text("golden").map { $0.hasPrefix("/") ? $0 : folder + $0 }
        if let inputs = map.take("inputs") {
            guard case .map(let entries) = inputs.content else { throw map.error(inputs.line, "'inputs' must be names and values") }
            for entry in entries {
                let source = try map.text(entry.value, entry.key)
                let isRelative = source.hasPrefix("@") && !source.hasPrefix("@/")
                request.inputs.given.append("\(entry.key)=\(isRelative ? "@" + folder + source.dropFirst() : source)")
            }
        }
        if let shapes = map.take("shapes") {
            guard case .map(let entries) = shapes.content else { throw map.error(shapes.line, "'shapes' must be names and lists") }
            for entry in entries {
                guard case .list(let sizes) = entry.value.content else {
                    throw map.error(entry.line, "the shape of '\(entry.key)' must be a list")
                }
                var dims: [Int64] = []
                for size in sizes {
                    guard case .scalar(let text, _) = size.content, let dim = Int64(text), dim >= 0 else {
                        throw map.error(size.line, "a size must be a whole number from 0 up")
                    }
                    dims.append(dim)
                }
                request.inputs.shapes[entry.key] = dims
            }
        }
        try map.end()
        return request
    }

    private mutating func readPhases(_ map: inout ScenarioMap, _ file: String) throws(LoadError) {
        let spacing = try map.value("arrivals", "constant or poisson") { ArrivalSchedule.Spacing(rawValue: $0) }
        guard let node = map.take("phases") else { throw map.error(map.line, "the key 'phases' is missing") }
        guard case .list(let items) = node.content, !items.isEmpty else { throw map.error(node.line, "'phases' must be a list of phases") }
        var phases: [RunPlan.Phase] = []
        var open = 0
        for (index, item) in items.enumerated() {
            var phase = try ScenarioMap(item, file: file)
            guard let nanos = try phase.duration("duration"), nanos > 0 else {
                throw phase.error(item.line, "a phase needs a 'duration' above 0")
            }
            var made = RunPlan.Phase(name: try phase.text("name") ?? "phase-\(index + 1)", nanos: nanos)
            let isOpen = try Self.readRate(&phase, into: &made)
            if let concurrency = try phase.integer("concurrency", 1...4_000_000) {
                if isOpen { throw phase.error(item.line, "a phase has either a 'rate' or a 'concurrency'") }
                made.concurrency = concurrency
            }
            try phase.end()
            open += isOpen ? 1 : 0
            phases.append(made)
        }
        guard open == 0 || open == phases.count else {
            throw map.error(
                node.line, "phases with a 'rate' and phases without one cannot be mixed: one is an open loop, the other a closed one")
        }
        if open > 0 {
            plan.pace = .open(spacing ?? .poisson)
        } else if spacing != nil {
            throw map.error(map.line, "'arrivals' needs phases with a 'rate'")
        }
        plan.phases = phases
    }

    /// Whether the phase has a rate: one number, a pair for a ramp, or bursts.
    private static func readRate(_ map: inout ScenarioMap, into phase: inout RunPlan.Phase) throws(LoadError) -> Bool {
        var isOpen = false
        if let rate = map.take("rate") {
            isOpen = true
            func number(_ node: YamlNode) throws(LoadError) -> Double {
                guard let value = Double(try map.text(node, "rate")), value >= 0, value <= 1e8 else {
                    throw map.error(node.line, "'rate' must be requests per second")
                }
                return value
            }
            if case .list(let pair) = rate.content {
                guard pair.count == 2 else { throw map.error(rate.line, "a ramp is [from, to]") }
                phase.startRate = try number(pair[0])
                phase.endRate = try number(pair[1])
            } else {
                phase.startRate = try number(rate)
                phase.endRate = phase.startRate
            }
        }
        if let burst = try map.integer("burst", 1...10_000_000) {
            isOpen = true
            phase.burst = burst
            phase.burstPeriodNanos = max(1_000_000, try map.duration("every") ?? 1_000_000_000)
        }
        return isOpen
    }

    private static func action(_ node: YamlNode, _ file: String) throws(LoadError) -> ScenarioAction {
        var map = try ScenarioMap(node, file: file)
        guard let at = try map.duration("at") else { throw map.error(node.line, "an action needs the time 'at' which it is done") }
        let load = try map.text("load")
        let unload = try map.text("unload")
        try map.end()
        switch (load, unload) {
        case (let model?, nil): return ScenarioAction(atNanos: at, kind: .load(model))
        case (nil, let model?): return ScenarioAction(atNanos: at, kind: .unload(model))
        default: throw map.error(node.line, "an action is either 'load' or 'unload' with a model's name")
        }
    }
}
