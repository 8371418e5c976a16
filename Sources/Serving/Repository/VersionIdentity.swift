/// A model's name and one of its version numbers.
public struct VersionIdentity: Sendable, Hashable {
    public let model: String
    public let number: Int64

    public init(model: String, number: Int64) {
        self.model = model
        self.number = number
    }
}

extension VersionIdentity: CustomStringConvertible {
    public var description: String { "\(model)/\(number)" }
}
