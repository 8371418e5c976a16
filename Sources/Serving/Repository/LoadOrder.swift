/// A model that is to be loaded, and from what.
struct LoadOrder: Sendable {
    var listing: ModelListing
    var override: ModelSpec?
    var files: [Int64: [String: [UInt8]]] = [:]

    var model: String { listing.name }
}
