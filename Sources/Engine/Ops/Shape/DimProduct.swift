/// The product of some extents, of which a few may be symbols: as much algebra as reshaping needs.
struct DimProduct: Equatable {
    /// Product of the known factors; nil once it exceeds an `Int`.
    private(set) var known: Int? = 1
    /// The symbolic factors, sorted.
    private(set) var symbols: [String] = []
    /// True when a factor is neither known nor named: nothing can be said then.
    private(set) var hasUnknown = false

    init(_ dims: some Sequence<Dim> = []) {
        for dim in dims { multiply(by: dim) }
    }

    mutating func multiply(by dim: Dim) {
        switch dim {
        case .known(let extent):
            guard let factor = known else { return }
            let (product, overflow) = factor.multipliedReportingOverflow(by: extent)
            known = overflow ? nil : product
        case .symbol(let name):
            symbols.append(name)
            symbols.sort()
        case .unknown:
            hasUnknown = true
        }
    }

    /// The product as one extent.
    var dim: Dim {
        if hasUnknown { return known == 0 ? .known(0) : .unknown }
        guard let known else { return .unknown }
        if symbols.isEmpty || known == 0 { return .known(known) }
        return known == 1 && symbols.count == 1 ? .symbol(symbols[0]) : .unknown
    }

    /// The quotient as one extent; unknown when it does not come out as a number or a single symbol.
    func divided(by divisor: DimProduct) -> Dim {
        guard !hasUnknown, !divisor.hasUnknown, let known, let factor = divisor.known, factor > 0 else { return .unknown }
        var rest = symbols
        for symbol in divisor.symbols {
            guard let index = rest.firstIndex(of: symbol) else { return .unknown }
            rest.remove(at: index)
        }
        let (quotient, remainder) = known.quotientAndRemainder(dividingBy: factor)
        guard remainder == 0 else { return .unknown }
        if rest.isEmpty { return .known(quotient) }
        return quotient == 1 && rest.count == 1 ? .symbol(rest[0]) : .unknown
    }

    /// True when both are certainly the same number.
    func isSame(as other: DimProduct) -> Bool {
        !hasUnknown && known != nil && self == other
    }
}

extension RowAxis {
    /// Where rows along `axis` of `source` lie when the same elements, in order, are read as `target`.
    static func reshaped(axis: Int, from source: [Dim]?, to target: [Dim]?) -> RowAxis {
        guard let source, let target, axis < source.count else {
            return .mixed("its shape is not known well enough to follow the batch")
        }
        let outer = DimProduct(source[..<axis])
        let extent = source[axis]
        // The same axis first: extents of 1 could be told apart in no other way.
        let candidates = [axis] + target.indices
        for candidate in candidates where candidate < target.count && target[candidate] == extent && extent != .unknown {
            if outer.isSame(as: DimProduct(target[..<candidate])) { return .axis(candidate) }
        }
        return .mixed("it folds the batch axis into another one")
    }
}
