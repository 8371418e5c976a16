internal import Tensors

/// Reads a condition and checks its types:
///
///     max(probabilities) < 0.9 and not (param("mode", "exact") == "quick")
///
/// `or`, `and`, `not`, comparisons, `+ - * /`, brackets, numbers, texts, truth values; of a tensor `t`: `max(t)`, `min(t)`, `mean(t)`, `sum(t)`,
/// `argmax(t)`, `argmin(t)`, `count(t)`, `rows(t)`, `present(t)`, `t[i]`, and `t` itself when it has one element. `param("name", default)` is a
/// parameter of the request, of the default's type. Nothing in it can loop or call anything.
struct ExpressionParser {
    /// Bytes of one condition: nobody reads longer ones. Beyond: an error.
    static let maxBytes = 4096
    /// Nesting: guards the stack, here and when it is evaluated. Beyond: an error.
    static let maxDepth = 32
    /// Parts of one condition: bounds the work for each row. Beyond: an error.
    static let maxNodes = 512

    /// What is known of a tensor: its number, and its type.
    typealias Lookup = (String) -> (tensor: Int, dataType: DataType)?

    private let text: String
    private let lookup: Lookup
    private var lexer: ExpressionLexer
    private var token = ExpressionLexer.Token.end
    private var columnBefore = 1
    private var depth = 0
    private var nodes = 0
    /// Tensors that the condition speaks of, each once.
    private(set) var tensors: [Int] = []

    /// - Throws: a fault with the text, the column and what is wrong.
    static func parse(_ text: String, lookup: Lookup) throws(ServingError) -> (root: ExpressionNode, tensors: [Int]) {
        guard text.utf8.count <= maxBytes else {
            throw ServingError(.invalidArgument, "a condition may have \(maxBytes) bytes, this one has \(text.utf8.count)")
        }
        return try withoutActuallyEscaping(lookup) { lookup throws(ServingError) in
            var parser = ExpressionParser(text, lookup)
            try parser.advance()
            let root = try parser.disjunction()
            guard parser.token == .end else { throw parser.fault("something follows the end of the condition") }
            return (root, parser.tensors)
        }
    }

    /// A condition, which must say yes or no.
    static func condition(_ text: String, lookup: Lookup) throws(ServingError) -> (root: ExpressionNode, tensors: [Int]) {
        let parsed = try parse(text, lookup: lookup)
        guard parsed.root.kind == .flag else {
            throw ServingError(
                .invalidArgument, "the condition '\(text)' is a \(parsed.root.kind.rawValue), not a truth value; compare it with something")
        }
        return parsed
    }

    private init(_ text: String, _ lookup: @escaping Lookup) {
        self.text = text
        self.lookup = lookup
        lexer = ExpressionLexer(text)
    }

    private func fault(_ message: String, column: Int? = nil) -> ServingError {
        ServingError(.invalidArgument, "condition '\(text)', column \(column ?? lexer.column): \(message)")
    }

    private mutating func advance() throws(ServingError) {
        columnBefore = lexer.column
        guard let next = lexer.next() else { throw fault("no word of a condition begins like this, or it never ends") }
        token = next
    }

    private mutating func take(_ sign: String) throws(ServingError) -> Bool {
        guard token == .sign(sign) else { return false }
        try advance()
        return true
    }

    private mutating func takeWord(_ word: String, _ sign: String) throws(ServingError) -> Bool {
        guard token == .name(word) || token == .sign(sign) else { return false }
        try advance()
        return true
    }

    private mutating func expect(_ sign: String) throws(ServingError) {
        guard try take(sign) else { throw fault("'\(sign)' is missing") }
    }

    private mutating func made(_ node: ExpressionNode) throws(ServingError) -> ExpressionNode {
        nodes += 1
        guard nodes <= Self.maxNodes else { throw fault("more than \(Self.maxNodes) parts") }
        return node
    }

    private mutating func deeper() throws(ServingError) {
        depth += 1
        guard depth <= Self.maxDepth else { throw fault("nested deeper than \(Self.maxDepth)") }
    }

    private func require(_ node: ExpressionNode, _ kind: ExpressionNode.Kind, _ what: String) throws(ServingError) {
        guard node.kind == kind else { throw fault("\(what) takes a \(kind.rawValue), not a \(node.kind.rawValue)") }
    }

    private mutating func disjunction() throws(ServingError) -> ExpressionNode {
        try deeper()
        defer { depth -= 1 }
        var left = try conjunction()
        while try takeWord("or", "||") {
            let right = try conjunction()
            try require(left, .flag, "'or'")
            try require(right, .flag, "'or'")
            left = try made(.either(left, right))
        }
        return left
    }

    private mutating func conjunction() throws(ServingError) -> ExpressionNode {
        var left = try negation()
        while try takeWord("and", "&&") {
            let right = try negation()
            try require(left, .flag, "'and'")
            try require(right, .flag, "'and'")
            left = try made(.both(left, right))
        }
        return left
    }

    private mutating func negation() throws(ServingError) -> ExpressionNode {
        guard try takeWord("not", "!") else { return try comparison() }
        try deeper()
        defer { depth -= 1 }
        let node = try negation()
        try require(node, .flag, "'not'")
        return try made(.not(node))
    }

    private mutating func comparison() throws(ServingError) -> ExpressionNode {
        let left = try sum()
        let known: [(String, ExpressionNode.Comparison)] = [
            ("<=", .lessOrEqual), (">=", .greaterOrEqual), ("<", .less), (">", .greater), ("==", .equal), ("!=", .unequal),
        ]
        for (sign, comparison) in known where try take(sign) {
            let right = try sum()
            try require(right, left.kind, "'\(sign)' after a \(left.kind.rawValue)")
            if left.kind == .number { return try made(.comparison(comparison, left, right)) }
            guard comparison == .equal || comparison == .unequal else { throw fault("a \(left.kind.rawValue) has no order") }
            let equal = try made(left.kind == .text ? .equalText(left, right) : .equalFlag(left, right))
            return comparison == .equal ? equal : try made(.not(equal))
        }
        return left
    }

    private mutating func sum() throws(ServingError) -> ExpressionNode {
        var left = try product()
        while true {
            let isPlus = token == .sign("+")
            guard isPlus || token == .sign("-") else { return left }
            try advance()
            let right = try product()
            try require(left, .number, isPlus ? "'+'" : "'-'")
            try require(right, .number, isPlus ? "'+'" : "'-'")
            left = try made(.arithmetic(isPlus ? .plus : .minus, left, right))
        }
    }

    private mutating func product() throws(ServingError) -> ExpressionNode {
        var left = try signed()
        while true {
            let isTimes = token == .sign("*")
            guard isTimes || token == .sign("/") else { return left }
            try advance()
            let right = try signed()
            try require(left, .number, isTimes ? "'*'" : "'/'")
            try require(right, .number, isTimes ? "'*'" : "'/'")
            left = try made(.arithmetic(isTimes ? .times : .over, left, right))
        }
    }

    private mutating func signed() throws(ServingError) -> ExpressionNode {
        guard try take("-") else { return try primary() }
        try deeper()
        defer { depth -= 1 }
        let node = try signed()
        try require(node, .number, "'-'")
        return try made(.negated(node))
    }

    private mutating func primary() throws(ServingError) -> ExpressionNode {
        let found = token
        switch found {
        case .number(let value):
            try advance()
            return try made(.number(value))
        case .text(let value):
            try advance()
            return try made(.text(value))
        case .name(let name):
            try advance()
            if name == "true" || name == "false" { return try made(.flag(name == "true")) }
            if try take("(") { return try call(name) }
            return try tensorValue(name)
        case .sign("("):
            try advance()
            let node = try disjunction()
            try expect(")")
            return node
        case .end: throw fault("the condition ends too early")
        case .sign(let sign): throw fault("'\(sign)' cannot stand here")
        }
    }

    private mutating func tensor(_ name: String) throws(ServingError) -> (tensor: Int, dataType: DataType) {
        guard let found = lookup(name) else { throw fault("the ensemble has no tensor '\(name)'", column: columnBefore) }
        if !tensors.contains(found.tensor) { tensors.append(found.tensor) }
        return found
    }

    private mutating func tensorValue(_ name: String) throws(ServingError) -> ExpressionNode {
        let found = try tensor(name)
        if try take("[") {
            guard found.dataType != .string else { throw fault("'\(name)' holds texts; '\(name)[…]' takes numbers") }
            let index = try disjunction()
            try require(index, .number, "'[…]'")
            try expect("]")
            return try made(.element(tensor: found.tensor, index: index))
        }
        return try made(found.dataType == .string ? .onlyText(tensor: found.tensor) : .only(tensor: found.tensor))
    }

    private mutating func call(_ function: String) throws(ServingError) -> ExpressionNode {
        switch function {
        case "param": return try parameter()
        case "present", "count", "rows":
            guard case .name(let name) = token else { throw fault("'\(function)' takes the name of a tensor") }
            try advance()
            let found = try tensor(name)
            try expect(")")
            return try made(
                function == "present"
                    ? .isPresent(tensor: found.tensor) : function == "count" ? .count(tensor: found.tensor) : .rows(tensor: found.tensor))
        case "abs":
            let node = try disjunction()
            try require(node, .number, "'abs'")
            try expect(")")
            return try made(.magnitude(node))
        default: break
        }
        guard let reduction = ExpressionNode.Reduction(rawValue: function) else {
            throw fault(
                "there is no function '\(function)'; known are max, min, mean, sum, argmax, argmin, count, rows, present, abs and param")
        }
        // One tensor, or several numbers.
        if case .name(let name) = token, let found = lookup(name) {
            var ahead = lexer
            if ahead.next() == .sign(")") {
                guard found.dataType != .string else { throw fault("'\(name)' holds texts; '\(function)' takes numbers") }
                _ = try tensor(name)
                try advance()
                try expect(")")
                return try made(.reduction(reduction, tensor: found.tensor))
            }
        }
        guard reduction == .max || reduction == .min else { throw fault("'\(function)' takes the name of a tensor") }
        var node = try disjunction()
        try require(node, .number, "'\(function)'")
        guard token == .sign(",") else { throw fault("'\(function)' takes the name of a tensor, or several numbers") }
        while try take(",") {
            let next = try disjunction()
            try require(next, .number, "'\(function)'")
            node = try made(.arithmetic(reduction == .max ? .greatest : .least, node, next))
        }
        try expect(")")
        return node
    }

    private mutating func parameter() throws(ServingError) -> ExpressionNode {
        guard case .text(let name) = token else { throw fault("'param' takes the parameter's name in quotes") }
        try advance()
        guard try take(",") else { throw fault("'param' needs a value for requests that have no parameter '\(name)'") }
        let otherwise = try signed()
        switch otherwise {
        case .number, .flag, .text, .negated(.number): break
        default: throw fault("the value of 'param' for requests that have none must be a number, a text or a truth value")
        }
        try expect(")")
        return try made(.parameter(name, otherwise: otherwise))
    }
}
