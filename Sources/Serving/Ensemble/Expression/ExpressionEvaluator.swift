internal import Tensors

/// Evaluates a checked condition on one request, or on one of its rows. Its cost is that of reading the tensors it speaks of.
struct ExpressionEvaluator {
    /// Why there is no result.
    enum Fault: Error {
        /// No step made the tensor, or not for this row: the condition does not hold.
        case absent
        case wrong(ServingError)
    }

    enum Value: Equatable {
        case number(Double)
        case flag(Bool)
        case text(String)
    }

    let values: [EnsembleValue?]
    let parameters: [RequestParameter]
    /// Names of tensors by number, for messages.
    let name: (Int) -> String
    /// Tensors are brought down to this row; nil for the whole request.
    var row: Int?

    /// Whether the condition holds. One on a tensor that is not there does not.
    func holds(_ node: ExpressionNode) throws(ServingError) -> Bool {
        do throws(Fault) {
            return try evaluate(node) == .flag(true)
        } catch {
            switch error {
            case .absent: return false
            case .wrong(let fault): throw fault
            }
        }
    }

    func evaluate(_ node: ExpressionNode) throws(Fault) -> Value {
        switch node {
        case .number(let value): return .number(value)
        case .flag(let value): return .flag(value)
        case .text(let value): return .text(value)
        case .parameter(let name, let otherwise): return try parameter(name, otherwise)
        case .isPresent(let tensor):
            guard let value = values[tensor] else { return .flag(false) }
            if let row { return .flag(value.elements(ofRow: row) != nil) }
            return .flag(true)
        case .onlyText(let tensor):
            let (value, range) = try elements(tensor)
            guard range.count == 1, case .tensor(let strings) = value.contents else { throw notOne(tensor, range.count) }
            return .text(strings.strings[range.lowerBound].string)
        case .equalText(let left, let right): return .flag(try evaluate(left) == evaluate(right))
        case .equalFlag(let left, let right): return .flag(try flag(left) == flag(right))
        case .not(let inner): return .flag(!(try flag(inner)))
        case .both(let left, let right):
            guard try flag(left) else { return .flag(false) }
            return .flag(try flag(right))
        case .either(let left, let right): return .flag(try either(left, right))
        case .comparison(let comparison, let left, let right):
            let (left, right) = (try number(left), try number(right))
            switch comparison {
            case .less: return .flag(left < right)
            case .lessOrEqual: return .flag(left <= right)
            case .greater: return .flag(left > right)
            case .greaterOrEqual: return .flag(left >= right)
            case .equal: return .flag(left == right)
            case .unequal: return .flag(left != right)
            }
        default: return .number(try number(node))
        }
    }

    /// One side may speak of a tensor that is not there, as long as the other holds.
    private func either(_ left: ExpressionNode, _ right: ExpressionNode) throws(Fault) -> Bool {
        do throws(Fault) {
            if try flag(left) { return true }
        } catch {
            if case .wrong = error { throw error }
        }
        return try flag(right)
    }

    private func flag(_ node: ExpressionNode) throws(Fault) -> Bool { try evaluate(node) == .flag(true) }

    private func number(_ node: ExpressionNode) throws(Fault) -> Double {
        switch node {
        case .number(let value): return value
        case .reduction(let reduction, let tensor):
            let (value, range) = try elements(tensor)
            return try reduce(reduction, value, range, tensor)
        case .only(let tensor):
            let (value, range) = try elements(tensor)
            guard range.count == 1 else { throw notOne(tensor, range.count) }
            return value.number(at: range.lowerBound)
        case .element(let tensor, let index):
            let (value, range) = try elements(tensor)
            let place = try number(index)
            guard place >= 0, place < Double(range.count) else {
                throw .wrong(ServingError(.invalidArgument, "'\(name(tensor))' has \(range.count) elements, and no [\(place)]"))
            }
            return value.number(at: range.lowerBound + Int(place))
        case .count(let tensor): return Double(try elements(tensor).range.count)
        case .rows(let tensor):
            let (value, _) = try elements(tensor)
            return row == nil ? Double(value.dims.count > 0 ? value.dims[0] : 1) : 1
        case .negated(let inner): return -(try number(inner))
        case .magnitude(let inner): return try number(inner).magnitude
        case .arithmetic(let operation, let left, let right):
            let (left, right) = (try number(left), try number(right))
            switch operation {
            case .plus: return left + right
            case .minus: return left - right
            case .times: return left * right
            case .over: return left / right
            case .least: return Swift.min(left, right)
            case .greatest: return Swift.max(left, right)
            }
        default:
            guard case .number(let value) = try evaluate(node) else { return .nan }
            return value
        }
    }

    private func elements(_ tensor: Int) throws(Fault) -> (value: EnsembleValue, range: Range<Int>) {
        guard let value = values[tensor] else { throw .absent }
        guard let row else { return (value, 0..<value.count) }
        guard let range = value.elements(ofRow: row) else { throw .absent }
        return (value, range)
    }

    private func notOne(_ tensor: Int, _ count: Int) -> Fault {
        .wrong(
            ServingError(
                .invalidArgument,
                "'\(name(tensor))' stands for one element, but has \(count)\(row == nil ? "" : " in each row"); say which, such as max(\(name(tensor)))"
            ))
    }

    private func reduce(
        _ reduction: ExpressionNode.Reduction, _ value: EnsembleValue, _ range: Range<Int>, _ tensor: Int
    ) throws(Fault) -> Double {
        guard !range.isEmpty else {
            if reduction == .sum { return 0 }
            throw .wrong(ServingError(.invalidArgument, "\(reduction.rawValue)(\(name(tensor))) of no elements"))
        }
        var best = value.number(at: range.lowerBound)
        var place = range.lowerBound
        var sum = best
        for index in range.dropFirst() {
            let next = value.number(at: index)
            switch reduction {
            case .max, .argmax:
                if next > best || (best.isNaN && !next.isNaN) { (best, place) = (next, index) }
            case .min, .argmin:
                if next < best || (best.isNaN && !next.isNaN) { (best, place) = (next, index) }
            case .mean, .sum: sum += next
            }
        }
        switch reduction {
        case .max, .min: return best
        case .argmax, .argmin: return Double(place - range.lowerBound)
        case .sum: return sum
        case .mean: return sum / Double(range.count)
        }
    }

    private func parameter(_ wanted: String, _ otherwise: ExpressionNode) throws(Fault) -> Value {
        guard let found = parameters.first(where: { $0.name == wanted }) else { return try evaluate(otherwise) }
        switch (found.value, otherwise.kind) {
        case (.string(let text), .text): return .text(text)
        case (.bool(let flag), .flag): return .flag(flag)
        case (.int(let number), .number): return .number(Double(number))
        case (.uint(let number), .number): return .number(Double(number))
        case (.double(let number), .number): return .number(number)
        case (_, let kind): throw .wrong(ServingError(.invalidArgument, "parameter '\(wanted)' must be a \(kind.rawValue)"))
        }
    }
}
