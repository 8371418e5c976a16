internal import GRPC
internal import Serving

/// What a request's headers say beside its message, the same on every port.
enum RequestHeader {
    /// Requests with the same value go to the same version where a model's routing is sticky.
    static let routingKey = "martlet-routing-key"
    /// The W3C's trace context.
    static let traceParent = "traceparent"
}

extension InferenceRequest {
    /// Takes over what the metadata of a gRPC call says. Allocates only when there is a routing key.
    func read(_ metadata: Metadata) {
        if metadata.isEmpty { return }
        metadata.forEach { name, value in
            if name.elementsEqual(RequestHeader.traceParent.utf8) {
                traceContext = TraceContext(traceparent: value)
            } else if name.elementsEqual(RequestHeader.routingKey.utf8) {
                routingKey = Name(String(decoding: value, as: UTF8.self))
            }
        }
    }

    /// Takes over what the headers of an HTTP request say.
    func read(_ web: WebRequest) {
        traceContext = web[header: RequestHeader.traceParent].flatMap { TraceContext(traceparent: $0) }
        if let key = web[header: RequestHeader.routingKey] { routingKey = Name(key) }
    }
}
