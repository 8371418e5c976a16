/// What the repository knows of one model. Touched under the repository's lock only.
struct ModelRecord {
    /// What was loaded from, or is being loaded from; nil before the first attempt.
    var applied: ModelListing?
    /// What the latest look saw, settled or not.
    var seen: ModelListing?
    /// Somebody wants it served.
    var isWanted = false
    /// A configuration and files handed over by a load request; kept for the versions that were loaded with them.
    var override: ModelSpec?
    var limiter: RateLimiter?
    /// The configuration of what is live.
    var spec: ModelSpec?
    /// Set at run time; hides the configuration's.
    var routingOverride: RoutingSpec?
    var canary: CanaryRun?
    var shadow: Shadow?
    /// Why the latest take-over was rolled back.
    var rollback = ""
    /// Why some version is not live, for callers who are turned away.
    var failure = ""
    /// Live versions, and what each was loaded from.
    var live: [Int64: Live] = [:]
    var states: [Int64: Condition] = [:]
    /// Why the model as a whole is not served as it lies there.
    var reason = ""
    /// Jobs that wait for the one that runs.
    var pending: [@Sendable () -> Void] = []
    var isBusy = false
    /// How the model was last loaded, when it is an ensemble: what it is made of may change, and then it is loaded again.
    var order: LoadOrder?
    /// Models that its steps run, when it is an ensemble.
    var members: Set<String> = []

    var routing: RoutingSpec { routingOverride ?? spec?.routing ?? RoutingSpec() }

    struct Live: Sendable {
        var version: ModelVersion
        var origin: Origin
    }

    struct Condition {
        var state: VersionState
        var reason: String
    }

    /// Everything that a version is made of: equal origins make equal versions.
    struct Origin: Sendable, Hashable {
        var listing: VersionListing
        var spec: ModelSpec
        /// Counts loads with files handed over, which are never the same as anything else.
        var handedOver: Int
        /// What an ensemble was made of.
        var members: [MemberFacts] = []
    }
}
