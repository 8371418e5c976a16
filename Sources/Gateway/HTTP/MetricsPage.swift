internal import Monitoring
internal import Serving

/// What Prometheus reads: our own names, and Triton's for the dashboards that exist.
struct MetricsPage {
    let core: ServingCore
    let wire: WireMetrics
    let capture: RequestCapture?
    let load: LoadReporter

    var text: String {
        PrometheusText.render(core.metrics() + wire.families + ProcessMetrics.families + (capture?.families ?? []) + load.families)
    }
}
