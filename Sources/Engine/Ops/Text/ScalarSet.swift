/// A set of Unicode scalars: ranges and general categories, or everything but those.
struct ScalarSet: Sendable {
    private enum Item: Sendable {
        case range(ClosedRange<UInt32>)
        /// Bit i stands for the category of raw index i.
        case categories(UInt32, isNegated: Bool)
    }

    private var items: [Item] = []
    var isNegated = false
    /// Letters match in either case.
    var ignoresCase = false

    init(_ ranges: ClosedRange<UInt32>...) { items = ranges.map(Item.range) }

    init(_ scalar: Unicode.Scalar) { items = [.range(scalar.value...scalar.value)] }

    mutating func insert(_ range: ClosedRange<UInt32>) { items.append(.range(range)) }

    /// Adds what `other`, which has no case rule of its own, contains.
    mutating func insert(_ other: ScalarSet) {
        if !other.isNegated {
            items += other.items
            return
        }
        // The complement of ranges, in order; a negated category negates itself.
        var next: UInt32 = 0
        let ranges = other.items.compactMap { if case .range(let range) = $0 { range } else { nil } }
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { items.append(.range(next...range.lowerBound - 1)) }
            next = max(next, range.upperBound + 1)
        }
        if !ranges.isEmpty, next <= 0x10FFFF { items.append(.range(next...0x10FFFF)) }
        for case .categories(let mask, let isNegated) in other.items {
            items.append(.categories(mask, isNegated: !isNegated))
        }
    }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        var found = holds(scalar)
        if !found, ignoresCase {
            let upper = StringCase.upper.apply(scalar)
            found = holds(upper) || holds(StringCase.lower.apply(scalar)) || holds(StringCase.lower.apply(upper))
        }
        return found != isNegated
    }

    private func holds(_ scalar: Unicode.Scalar) -> Bool {
        for item in items {
            switch item {
            case .range(let range):
                if range.contains(scalar.value) { return true }
            case .categories(let mask, let isNegated):
                if (mask >> Self.index(of: scalar.properties.generalCategory) & 1 == 1) != isNegated { return true }
            }
        }
        return false
    }

    static let digit = ScalarSet(0x30...0x39)
    static let word = ScalarSet(0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A)
    static let space = ScalarSet(0x09...0x0A, 0x0C...0x0D, 0x20...0x20)
    static let any = ScalarSet(0...0x10FFFF)

    var negated: ScalarSet {
        var result = self
        result.isNegated.toggle()
        return result
    }

    /// The named class of `[[:name:]]`, or nil.
    static func posix(_ name: String) -> ScalarSet? {
        switch name {
        case "alnum": ScalarSet(0x30...0x39, 0x41...0x5A, 0x61...0x7A)
        case "alpha": ScalarSet(0x41...0x5A, 0x61...0x7A)
        case "ascii": ScalarSet(0...0x7F)
        case "blank": ScalarSet(0x09...0x09, 0x20...0x20)
        case "cntrl": ScalarSet(0...0x1F, 0x7F...0x7F)
        case "digit": digit
        case "graph": ScalarSet(0x21...0x7E)
        case "lower": ScalarSet(0x61...0x7A)
        case "print": ScalarSet(0x20...0x7E)
        case "punct": ScalarSet(0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E)
        case "space": ScalarSet(0x09...0x0D, 0x20...0x20)
        case "upper": ScalarSet(0x41...0x5A)
        case "word": word
        case "xdigit": ScalarSet(0x30...0x39, 0x41...0x46, 0x61...0x66)
        default: nil
        }
    }

    /// The scalars of a general category, given by one or two letters, or nil.
    static func category(_ name: String) -> ScalarSet? {
        if name == "Any" { return any }
        var mask: UInt32 = 0
        for (index, short) in categoryNames.enumerated() where short == name || short.prefix(1) == name {
            mask |= 1 << UInt32(index)
        }
        if mask == 0 { return nil }
        var set = ScalarSet()
        set.items = [.categories(mask, isNegated: false)]
        return set
    }

    private static let categoryNames = [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
        "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
    ]

    private static func index(of category: Unicode.GeneralCategory) -> UInt32 {
        switch category {
        case .uppercaseLetter: 0
        case .lowercaseLetter: 1
        case .titlecaseLetter: 2
        case .modifierLetter: 3
        case .otherLetter: 4
        case .nonspacingMark: 5
        case .spacingMark: 6
        case .enclosingMark: 7
        case .decimalNumber: 8
        case .letterNumber: 9
        case .otherNumber: 10
        case .connectorPunctuation: 11
        case .dashPunctuation: 12
        case .openPunctuation: 13
        case .closePunctuation: 14
        case .initialPunctuation: 15
        case .finalPunctuation: 16
        case .otherPunctuation: 17
        case .mathSymbol: 18
        case .currencySymbol: 19
        case .modifierSymbol: 20
        case .otherSymbol: 21
        case .spaceSeparator: 22
        case .lineSeparator: 23
        case .paragraphSeparator: 24
        case .control: 25
        case .format: 26
        case .surrogate: 27
        case .privateUse: 28
        case .unassigned: 29
        @unknown default: 29
        }
    }
}
