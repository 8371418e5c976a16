import Glibc

/// The seeds of a fuzz target, as they lie in the repository.
enum Corpus {
    static func seeds(_ target: String) -> [[UInt8]] {
        // Tests/GRPCTests/Support/Corpus.swift, four steps below the root.
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
        let folder = "\(root)/fuzz/corpus/\(target)"
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted().map { read("\(folder)/\($0)") }
    }

    private static func read(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "rb") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }
}

/// Changes to bytes, the same ones for the same seed (SplitMix64).
struct Mutator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }

    /// A few of: a bit turned, a byte replaced, a run removed, doubled, or taken from `other`.
    mutating func mutate(_ bytes: [UInt8], with other: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...6, using: &self) where !bytes.isEmpty {
            let start = Int.random(in: 0..<bytes.count, using: &self)
            let end = min(bytes.count, start + Int.random(in: 1...32, using: &self))
            switch Int.random(in: 0..<6, using: &self) {
            case 0: bytes[start] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 1: bytes[start] = [0, 1, 0x7f, 0x80, 0xff, UInt8.random(in: 0...255, using: &self)].randomElement(using: &self)!
            case 2: bytes.removeSubrange(start..<end)
            case 3: bytes.insert(contentsOf: bytes[start..<end], at: start)
            case 4 where !other.isEmpty:
                let from = Int.random(in: 0..<other.count, using: &self)
                bytes.insert(contentsOf: other[from..<min(other.count, from + 64)], at: start)
            default: bytes = Array(bytes[..<end])
            }
        }
        return bytes
    }
}
