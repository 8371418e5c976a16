internal import GRPC
internal import HTTP2

extension GRPCServer.Configuration {
    init(_ limits: GatewayConfiguration.Limits) {
        self.init()
        messages.maxReceivedBytes = limits.maxMessageBytes
        // A compressed message as it came, as it grows, and expanded.
        let (most, overflow) = limits.maxMessageBytes.multipliedReportingOverflow(by: 4)
        messages.maxBufferedBytesPerConnection = overflow ? .max : max(limits.maxConnectionMessageBytes, most)
        messages.maxBufferedBytes = max(messages.maxBufferedBytes, messages.maxBufferedBytesPerConnection)
        self.limits.maxConcurrentStreams = UInt32(clamping: limits.maxConcurrentStreams)
        self.limits.maxConnections = limits.maxConnections
        self.limits.maxConnectionAge = UInt64(limits.maxConnectionAgeNanos)
        self.limits.maxConnectionAgeGrace = UInt64(limits.maxConnectionAgeGraceNanos)
        self.limits.idleTimeout = UInt64(limits.idleTimeoutNanos)
        self.limits.keepaliveInterval = UInt64(limits.keepaliveIntervalNanos)
        self.limits.keepaliveTimeout = UInt64(limits.keepaliveTimeoutNanos)
    }
}
