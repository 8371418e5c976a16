/// What an ensemble must know of a model that it runs, as it is now. Equal facts make equal ensembles.
struct MemberFacts: Sendable, Hashable {
    var member: EnsembleSpec.Member
    var signature: ModelSignature
    var hasRows: Bool
    var maxRows: Int
}

/// The models that an ensemble runs, looked up in a route table.
enum EnsembleMembers {
    /// The facts of every member that is there; those with a fallback may be missing.
    ///
    /// - Throws: UNAVAILABLE for a member that is not there, with its name and the reason.
    static func facts(of spec: EnsembleSpec, ensemble: String, in table: RouteTable) throws(ServingError) -> [MemberFacts] {
        var facts: [MemberFacts] = []
        for member in spec.members {
            do {
                facts.append(try self.facts(of: member, ensemble: ensemble, in: table))
            } catch {
                if !member.isReplaceable || error.code != .unavailable { throw error }
            }
        }
        return facts
    }

    private static func facts(of member: EnsembleSpec.Member, ensemble: String, in table: RouteTable) throws(ServingError) -> MemberFacts {
        let waits = { (reason: String) in ServingError(.unavailable, "ensemble '\(ensemble)' waits for model '\(member.model)'\(reason)") }
        guard let route = table.routes[Name(member.model)] else { throw waits(", which is not loaded") }
        guard !route.versions.isEmpty else { throw waits(", which is not ready" + (route.reason.isEmpty ? "" : ": \(route.reason)")) }
        var versions: [ModelVersion]
        switch member.selector {
        case .any:
            versions = route.split?.parts.map(\.version) ?? []
            if versions.isEmpty, let preferred = route.preferred { versions = [preferred] }
        case .number(let number):
            guard let version = route.version(number) else { throw waits(", which has no version \(number) ready") }
            versions = [version]
        case .label(let label):
            guard let number = route.labels[label], let version = route.version(number) else {
                throw waits(", which has no version labelled '\(label)' ready")
            }
            versions = [version]
        }
        guard let first = versions.first else { throw waits(", which has no version for requests without one") }
        for version in versions.dropFirst() where !version.signature.isLike(first.signature) {
            throw ServingError(
                .failedPrecondition,
                "ensemble '\(ensemble)': versions \(first.number) and \(version.number) of model '\(member.model)' share its requests, but differ in their inputs or outputs"
            )
        }
        return MemberFacts(
            member: member, signature: first.signature, hasRows: versions.allSatisfy(\.binding.hasRows),
            maxRows: versions.map(\.maxRows).min() ?? 1)
    }
}

extension ModelSignature {
    /// Whether requests for the one are requests for the other.
    fileprivate func isLike(_ other: ModelSignature) -> Bool {
        let alike = { (left: [TensorSignature], right: [TensorSignature]) in
            left.count == right.count
                && zip(left, right).allSatisfy {
                    $0.name == $1.name && $0.dataType == $1.dataType && $0.dims == $1.dims && $0.isOptional == $1.isOptional
                }
        }
        return alike(inputs, other.inputs) && alike(outputs, other.outputs)
    }
}
