/// Who decides which models are loaded, and when.
public enum ControlMode: Sendable, Hashable {
    /// All that there are at the start, and no change after.
    case none
    /// All that there are, looked at again and again.
    case poll(intervalNanos: Int64)
    /// Those that the start-up set and later requests name.
    case explicit
}
