internal import LoadTesting

/// Files that options name.
enum TextFile {
    static func bytes(_ path: String) throws -> [UInt8] { try LoadFile.read(path) }
    static func read(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

    static func write(_ text: String, to path: String) throws {
        if path == "-" { return Terminal.say(text) }
        try LoadFile.write(Array(text.utf8), to: path)
    }
}
