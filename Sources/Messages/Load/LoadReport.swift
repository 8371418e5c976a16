/// How loaded a server is, as balancers read it: the message of the Open Request Cost Aggregation (`xds.data.orca.v3.OrcaLoadReport`).
public struct LoadReport: Sendable, Hashable {
    /// The process's share of the processors that it may use.
    public var cpuUtilization = 0.0
    /// The process's share of the memory that it may use; 0 when there is no limit.
    public var memoryUtilization = 0.0
    /// Work at hand over the compute threads that there are: 1 when all are busy and nothing waits; may exceed 1.
    public var applicationUtilization = 0.0
    public var requestsPerSecond = 0.0
    public var errorsPerSecond = 0.0
    /// Further figures, by name.
    public var named: [(name: String, value: Double)] = []

    public init() {}

    public static func == (left: LoadReport, right: LoadReport) -> Bool { left.encoded == right.encoded }
    public func hash(into hasher: inout Hasher) { hasher.combine(encoded) }

    /// The message's bytes. Figures that are 0 are not written, as the format has it.
    public var encoded: [UInt8] {
        var buffer = WireBuffer()
        for (field, value) in [
            (1, cpuUtilization), (2, memoryUtilization), (6, requestsPerSecond), (7, errorsPerSecond), (9, applicationUtilization),
        ] as [(UInt32, Double)] where value > 0 && value.isFinite {
            buffer.append(tag: field, .fixed64)
            buffer.append(fixed64: value.bitPattern)
        }
        for (name, value) in named where value.isFinite {
            var entry = WireBuffer()
            let name = Array(name.utf8)
            name.withUnsafeBytes { entry.append(field: 1, block: $0) }
            entry.append(tag: 2, .fixed64)
            entry.append(fixed64: value.bitPattern)
            buffer.append(field: 8, block: entry.bytes)
        }
        return buffer.array()
    }
}
