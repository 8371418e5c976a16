internal import Client

/// Whole files. Blocks.
public enum LoadFile {
    public static func read(_ path: String) throws(LoadError) -> [UInt8] {
        do { return try LocalFile.read(path) } catch { throw LoadError("\(error)") }
    }

    public static func write(_ bytes: [UInt8], to path: String) throws(LoadError) {
        do { try LocalFile.write(bytes, to: path) } catch { throw LoadError("\(error)") }
    }
}
