internal import Synchronization

/// Whether any model passes on the metadata of the calls that reach it: while none does, calls do not keep it.
enum MetadataInterest {
    /// Set for good by the first such model.
    static let isOn = Atomic<Bool>(false)
}
