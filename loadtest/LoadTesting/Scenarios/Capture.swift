public import Messages

/// Recorded requests, ready to be played: when each came, and what it asks.
public struct Capture: Sendable {
    /// From the first request, ascending.
    public private(set) var times: [UInt64] = []
    /// Which of `recipes` each request is: equal requests are one recipe.
    public private(set) var indices: [Int] = []
    public private(set) var recipes: [RequestRecipe] = []
    /// The file was still being written when it was copied: its last request is left out.
    public private(set) var isCutOff = false

    public init(path: String) throws(LoadError) {
        try self.init(bytes: try LoadFile.read(path), name: path)
    }

    public init(bytes: [UInt8], name: String) throws(LoadError) {
        var requests: [CapturedRequest] = []
        var hasPart = false
        do throws(MessageError) {
            var reader = try CaptureReader(bytes)
            while let request = try reader.next() { requests.append(request) }
            hasPart = reader.isCutOff
        } catch {
            throw LoadError("\(name): \(error)")
        }
        guard !requests.isEmpty else { throw LoadError("\(name): the capture is empty") }
        self.init(requests)
        isCutOff = hasPart
    }

    /// Threads of a server write as they come: the order of the file is not quite that of the arrivals.
    public init(_ requests: [CapturedRequest]) {
        let sorted = requests.sorted { $0.nanos < $1.nanos }
        let start = sorted.first?.nanos ?? 0
        var known: [RequestKey: Int] = [:]
        for request in sorted {
            let key = RequestKey(path: request.path, message: request.message, timeoutNanos: request.timeoutNanos.map(Self.rounded))
            let index = known[key] ?? recipes.count
            if index == recipes.count {
                known[key] = index
                var recipe = RequestRecipe.unary(path: request.path, message: request.message)
                if !request.model.isEmpty { recipe.name = request.model }
                recipe.timeoutNanos = key.timeoutNanos
                recipes.append(recipe)
            }
            times.append(request.nanos - start)
            indices.append(index)
        }
    }

    /// Servers record what is left of a timeout, never quite the same. Two digits are kept, upwards.
    private static func rounded(_ nanos: UInt64) -> UInt64 {
        var unit: UInt64 = 1
        while nanos / unit >= 100 { unit *= 10 }
        let (up, overflow) = nanos.addingReportingOverflow(unit - 1)
        return overflow ? nanos : up / unit * unit
    }

    private struct RequestKey: Hashable {
        var path: String
        var message: [UInt8]
        var timeoutNanos: UInt64?
    }

    /// The plan that plays it; lasts a little longer than the recording.
    /// - Parameter speed: 2 plays it in half the time.
    public func plan(over base: RunPlan, speed: Double = 1) -> RunPlan {
        var plan = base
        let scaled = speed == 1 ? times : times.map { UInt64(min(Double($0) / speed, 1e18)) }
        plan.pace = .replay(times: scaled, recipes: indices)
        plan.phases = [RunPlan.Phase(name: "replay", nanos: (scaled.last ?? 0) + 1_000_000)]
        if plan.streams == 1 { plan.streams = 100 }
        return plan
    }
}
