/// A condition in its checked form: every node has one type, and every tensor is known.
indirect enum ExpressionNode: Sendable {
    case number(Double)
    case flag(Bool)
    case text(String)
    /// A parameter of the request, or a literal of the same type when the request has none.
    case parameter(String, otherwise: ExpressionNode)
    case reduction(Reduction, tensor: Int)
    /// An element in row-major order, counted from 0.
    case element(tensor: Int, index: ExpressionNode)
    /// The one element of a tensor of numbers, or of a row of one.
    case only(tensor: Int)
    /// The one element of a tensor of strings, or of a row of one.
    case onlyText(tensor: Int)
    /// Whether some step made the tensor.
    case isPresent(tensor: Int)
    case count(tensor: Int)
    case rows(tensor: Int)
    case negated(ExpressionNode)
    case magnitude(ExpressionNode)
    case arithmetic(Arithmetic, ExpressionNode, ExpressionNode)
    case comparison(Comparison, ExpressionNode, ExpressionNode)
    case equalText(ExpressionNode, ExpressionNode)
    case equalFlag(ExpressionNode, ExpressionNode)
    case not(ExpressionNode)
    case both(ExpressionNode, ExpressionNode)
    case either(ExpressionNode, ExpressionNode)

    /// What a tensor is brought down to.
    enum Reduction: String, Sendable, CaseIterable {
        case max, min, mean, sum, argmax, argmin
    }

    enum Arithmetic: Sendable {
        case plus, minus, times, over, least, greatest
    }

    enum Comparison: Sendable {
        case less, lessOrEqual, greater, greaterOrEqual, equal, unequal
    }

    enum Kind: String, Sendable {
        case number, flag = "truth value", text
    }

    var kind: Kind {
        switch self {
        case .number, .reduction, .element, .only, .count, .rows, .negated, .magnitude, .arithmetic: .number
        case .flag, .isPresent, .comparison, .equalText, .equalFlag, .not, .both, .either: .flag
        case .text, .onlyText: .text
        case .parameter(_, let otherwise): otherwise.kind
        }
    }
}
