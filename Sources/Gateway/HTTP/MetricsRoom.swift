internal import GRPC

/// Metrics for Prometheus, at the path that its configurations have for Triton and at TensorFlow Serving's.
struct MetricsRoom: WebRoom {
    let page: MetricsPage
    /// A further path, where the operator wants one.
    var path: [String]?

    func endpoint(at path: WebPath) -> WebEndpoint? {
        guard path.parts == ["metrics"] || path.parts == ["monitoring", "prometheus", "metrics"] || path.parts == self.path else { return nil }
        return .get(.metrics) { [page] _ in
            WebAnswer(text: page.text, contentType: "text/plain; version=0.0.4; charset=utf-8")
        }
    }

    func refusal(_ failure: WebFailure) -> WebAnswer { KServeREST.refusal(failure) }
}
