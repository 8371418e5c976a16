internal import GRPC
internal import JSON
internal import Monitoring
internal import Serving
internal import Tensors

/// A page for people: what is served, how fast, and a form to try it. The page holds no data; it asks for it as any client would.
struct LivePage: WebRoom {
    let core: ServingCore

    func endpoint(at path: WebPath) -> WebEndpoint? {
        switch path.parts {
        case []: return .get(.none) { _ in Self.page }
        case ["live.json"]: return .get { _ in status() }
        default: return nil
        }
    }

    func refusal(_ failure: WebFailure) -> WebAnswer { KServeREST.refusal(failure) }

    private static let page: WebAnswer = {
        var answer = WebAnswer(text: html, contentType: "text/html; charset=utf-8")
        answer.headers = [
            (
                "Content-Security-Policy",
                "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            ),
            ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-cache"),
        ]
        return answer
    }()

    /// Counters and times of every version; rates are for the reader to make of two of these.
    private func status() -> WebAnswer {
        let entries = core.index()
        return .json { json in
            json.beginObject()
            json.key("version")
            json.string(martletVersion)
            json.key("ready")
            json.bool(core.isReady)
            json.key("models")
            json.beginArray()
            for entry in entries {
                json.beginObject()
                json.key("model")
                json.string(entry.model)
                json.key("version")
                if let number = entry.version { json.integer(number) } else { json.null() }
                json.key("state")
                json.string(entry.state.name)
                json.key("reason")
                json.string(entry.reason)
                if let live = core.versions(of: entry.model).first(where: { $0.number == entry.version }) { Self.write(live, to: &json) }
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
    }

    private static func write(_ version: ModelVersion, to json: inout JSONWriter) {
        let numbers = version.statistics.snapshot
        let depth = version.depth
        let refused = numbers.refusals.values.reduce(0, &+)
        for (key, value) in [
            ("answered", numbers.success.count), ("failed", numbers.fail.count), ("refused", refused), ("rows", numbers.inferenceCount),
            ("runs", numbers.executionCount), ("queued", UInt64(max(0, depth.queued))), ("in_flight", UInt64(max(0, depth.inFlight))),
        ] {
            json.key(key)
            json.integer(value)
        }
        let times = version.statistics.requestTimes.snapshot
        for (key, share) in [("p50_ms", 0.5), ("p99_ms", 0.99)] {
            json.key(key)
            json.double(times.count == 0 ? 0 : times.quantile(share) / 1e6)
        }
        for (key, ports) in [("inputs", version.signature.inputs), ("outputs", version.signature.outputs)] {
            json.key(key)
            json.beginArray()
            for port in ports {
                json.beginObject()
                json.key("name")
                json.string(port.name)
                json.key("datatype")
                json.string(port.dataType.kserveName)
                json.key("shape")
                json.beginArray()
                for extent in port.dims ?? [-1] { json.integer(extent) }
                json.endArray()
                json.endObject()
            }
            json.endArray()
        }
    }
}
