/// The versions that answer one request's steps, held from its beginning to its end: a member that is reloaded meanwhile stays as it was for
/// those under way. Owned by one run.
final class EnsemblePins {
    struct Pin {
        var version: ModelVersion?
        var shadow: Shadow?
        /// What the steps of a member that is an ensemble itself run on.
        var nested: EnsemblePins?
        /// Why there is no version.
        var error: ServingError?
    }

    /// By step; empty for built-in ones.
    private(set) var pins: [Pin] = []

    subscript(step: Int) -> Pin { pins[step] }

    /// Enters a version for every step.
    ///
    /// - Throws: for a step that has none and no fallback; then nothing is held.
    func take(_ graph: EnsembleGraph, for request: InferenceRequest, router: Router, _ table: inout RouteTable) throws(ServingError) {
        for step in graph.steps {
            guard case .model(let model, let selector) = step.target else {
                pins.append(Pin())
                continue
            }
            do throws(ServingError) {
                let found = try router.enter(model, selector, for: request, &table)
                var pin = Pin(version: found.version, shadow: found.shadow)
                if let ensemble = found.version.ensemble {
                    let nested = EnsemblePins()
                    do {
                        try nested.take(ensemble.graph, for: request, router: router, &table)
                        pin.nested = nested
                    } catch {
                        found.version.leave()
                        throw error
                    }
                }
                pins.append(pin)
            } catch {
                let named = graph.fault(error, step: step.name)
                guard step.failureSign != nil else {
                    release()
                    throw named
                }
                pins.append(Pin(error: named))
            }
        }
    }

    /// Lets go of all versions. Once the run is over.
    func release() {
        for pin in pins {
            pin.nested?.release()
            pin.version?.leave()
        }
        pins.removeAll(keepingCapacity: true)
    }
}

extension EnsembleGraph {
    /// An error with the ensemble's and the step's names, its code unchanged.
    func fault(_ error: ServingError, step: String) -> ServingError {
        ServingError(error.code, "in ensemble '\(model)', step '\(step)': \(error.message)", retryAfterNanos: error.retryAfterNanos)
    }
}
