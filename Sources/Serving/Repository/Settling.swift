/// Decides which of the files that are there are whole: those that a manifest says are, that did not change between two looks, or have
/// lain still for a while.
struct Settling: Sendable {
    /// Files that were last written longer ago are taken at the first look.
    static let restNanos: Int64 = 2_000_000_000

    /// What of `now` may be loaded.
    ///
    /// - Parameters:
    ///   - before: the look before, if there was one.
    ///   - applied: what is loaded already; a version that is being overwritten stays as it was.
    /// - Returns: the listing without unsettled versions; nil when the model's configuration itself is unsettled.
    static func settled(
        _ now: ModelListing, before: ModelListing?, applied: ModelListing?, wallNanos: Int64
    ) -> ModelListing? {
        let isAtRest = { (nanos: Int64) in nanos <= wallNanos - restNanos }
        let configurationsAreStill =
            before?.configurations == now.configurations || now.configurations.allSatisfy { isAtRest($0.modifiedNanos) }
        guard configurationsAreStill else { return applied }
        var settled = now
        settled.versions = now.versions.compactMap { version in
            if let manifest = version.manifest, manifest.fault == nil {
                return manifest.isComplete(version.files) ? version : applied?.versions.first { $0.number == version.number }
            }
            let previous = before?.versions.first { $0.number == version.number }
            if previous == version || (!version.files.isEmpty && isAtRest(version.youngestNanos)) { return version }
            return applied?.versions.first { $0.number == version.number }
        }
        return settled
    }
}
