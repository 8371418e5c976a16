/// An extent as far as it is known before a run.
public enum Dim: Sendable, Hashable {
    case known(Int)
    /// The same name is the same extent wherever it stands in one model.
    case symbol(String)
    case unknown

    @inlinable
    public var value: Int? {
        if case .known(let value) = self { value } else { nil }
    }
}

extension Dim: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) { self = .known(value) }
}

extension Dim: CustomStringConvertible {
    public var description: String {
        switch self {
        case .known(let value): String(value)
        case .symbol(let name): name
        case .unknown: "?"
        }
    }
}
