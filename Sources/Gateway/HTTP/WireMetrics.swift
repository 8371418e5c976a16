internal import GRPC
internal import HTTP2
internal import Monitoring

/// What the gRPC port counts: its traffic, and each limit every time that it acts.
struct WireMetrics {
    let server: GRPCServer

    var families: [MetricFamily] {
        let events = WireEvent.allCases.map { event in
            MetricFamily.Sample(
                labels: [("event", Self.name(of: event))], .integer(UInt64(clamping: server.counters.value(event))))
        }
        return [
            MetricFamily(
                name: "martlet_wire_events_total",
                help: "Connections, streams and bytes of the gRPC port, and how often each of its limits has acted.",
                kind: .counter, samples: events),
            MetricFamily(
                name: "martlet_wire_message_bytes", help: "Memory of received gRPC messages, in bytes.", kind: .gauge,
                samples: [.init(.integer(UInt64(clamping: server.bufferedBytes)))]),
        ]
    }

    /// `pingStrikesExceeded` as "ping_strikes_exceeded".
    static func name(of event: WireEvent) -> String {
        var name = ""
        for letter in "\(event)" {
            if letter.isUppercase { name += "_" }
            name += letter.lowercased()
        }
        return name
    }
}
