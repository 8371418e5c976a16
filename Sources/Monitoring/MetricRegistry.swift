internal import Synchronization

/// Where a scrape finds all metrics. Whoever has numbers registers a collector, which is asked at each scrape and never otherwise:
/// nothing is looked up by name while requests run.
public final class MetricRegistry: Sendable {
    public struct Registration: Sendable, Hashable {
        fileprivate let number: Int
    }

    private struct State {
        var collectors: [(number: Int, collect: @Sendable () -> [MetricFamily])] = []
        var next = 0
    }

    private let state = Mutex(State())

    public init() {}

    /// - Parameter collect: called on the scraping thread; families of one name from several collectors become one.
    @discardableResult
    public func register(_ collect: @escaping @Sendable () -> [MetricFamily]) -> Registration {
        state.withLock { state in
            defer { state.next += 1 }
            state.collectors.append((state.next, collect))
            return Registration(number: state.next)
        }
    }

    public func remove(_ registration: Registration) {
        state.withLock { $0.collectors.removeAll { $0.number == registration.number } }
    }

    /// All families, in the order of first registration.
    public func families() -> [MetricFamily] {
        let collectors = state.withLock { $0.collectors.map(\.collect) }
        var families: [MetricFamily] = []
        var places: [String: Int] = [:]
        for collect in collectors {
            for family in collect() {
                if let place = places[family.name] {
                    families[place].samples += family.samples
                } else {
                    places[family.name] = families.count
                    families.append(family)
                }
            }
        }
        return families
    }

    /// All metrics as Prometheus reads them, or those whose names `isWanted`.
    public func render(_ isWanted: (String) -> Bool = { _ in true }) -> String {
        PrometheusText.render(families().filter { isWanted($0.name) })
    }
}
