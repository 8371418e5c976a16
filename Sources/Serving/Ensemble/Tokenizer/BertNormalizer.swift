@_spi(_Unicode) internal import Swift

/// Cleans a text as BERT's tokenizers do, and cuts it into words: at white space, and around every punctuation mark.
struct BertNormalizer: Sendable {
    let cleans: Bool
    let separatesIdeographs: Bool
    let stripsAccents: Bool
    let lowercases: Bool

    /// The words of `text`, each not empty.
    func words(of text: Substring) -> [String] {
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            if cleans {
                if scalar.value == 0 || scalar.value == 0xFFFD || Self.isControl(scalar) { continue }
                if Self.isBlank(scalar) {
                    scalars.append(" ")
                    continue
                }
            }
            if separatesIdeographs, Self.isIdeograph(scalar) {
                scalars += [" ", scalar, " "]
            } else {
                scalars.append(scalar)
            }
        }
        // Most texts are plain: nothing to take apart.
        if stripsAccents, scalars.contains(where: { $0.value > 0x7F }) {
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars)
            scalars = String(view)._nfd.filter { $0.properties.generalCategory != .nonspacingMark }
        }
        return cut(scalars)
    }

    private func cut(_ scalars: [Unicode.Scalar]) -> [String] {
        var words: [String] = []
        var word = String.UnicodeScalarView()
        func end() {
            guard !word.isEmpty else { return }
            words.append(String(word))
            word = String.UnicodeScalarView()
        }
        func add(_ scalar: Unicode.Scalar) {
            if Self.isBlank(scalar) {
                end()
            } else if Self.isPunctuation(scalar) {
                end()
                words.append(String(scalar))
            } else {
                word.append(scalar)
            }
        }
        for scalar in scalars {
            if !lowercases {
                add(scalar)
            } else if scalar.value < 0x80 {
                add(scalar.value >= 0x41 && scalar.value <= 0x5A ? Unicode.Scalar(UInt8(scalar.value + 0x20)) : scalar)
            } else {
                for lower in scalar.properties.lowercaseMapping.unicodeScalars { add(lower) }
            }
        }
        end()
        return words
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "\t" || scalar == "\n" || scalar == "\r" { return false }
        if scalar.value >= 0x20, scalar.value < 0x7F { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .unassigned, .privateUse, .surrogate: return true
        default: return false
        }
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x80 {
            return (0x21...0x2F).contains(scalar.value) || (0x3A...0x40).contains(scalar.value) || (0x5B...0x60).contains(scalar.value)
                || (0x7B...0x7E).contains(scalar.value)
        }
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
            .otherPunctuation:
            return true
        default: return false
        }
    }

    private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0xF900...0xFAFF,
            0x2F800...0x2FA1F:
            true
        default: false
        }
    }
}
