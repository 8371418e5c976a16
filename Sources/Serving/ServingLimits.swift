/// The bounds of the serving core as a whole. What one queue may hold is in ``BatchingSpec/limits``.
public struct ServingLimits: Sendable, Hashable {
    /// Bytes of one configuration file: protects memory against a wrong file. Beyond: the model is not loaded.
    public var maxConfigurationBytes = 4 << 20
    /// Bytes of one golden request file. Beyond: the version is not loaded.
    public var maxGoldenBytes = 64 << 20
    /// Golden requests of one version: bounds the time that a load takes. Beyond: the rest is not run.
    public var maxGoldenRequests = 256
    /// Bytes of questions and answers that one version's response cache holds. Beyond: what was used longest ago goes.
    public var cacheBytesPerVersion = 64 << 20
    /// Time that the latency curve is seeded for at warm-up. Beyond: larger sizes are learnt from traffic.
    public var warmupNanos: Int64 = 60_000_000

    public init() {}
}
