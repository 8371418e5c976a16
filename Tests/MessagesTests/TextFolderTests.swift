import Glibc
import Messages
import Testing

/// Reads every `*.pbtxt` of the folder that the environment's `MARTLET_TEXT_CONFIGS` names, and writes beside it what was read, for the
/// script that has Python's text_format read the same: `*.bin`, or `*.refused` with the reason.
@Suite(.enabled(if: getenv("MARTLET_TEXT_CONFIGS") != nil)) struct `configurations of a folder` {
    @Test func `are read or refused`() throws {
        let folder = getenv("MARTLET_TEXT_CONFIGS").map { String(cString: $0) } ?? ""
        let handle = try #require(opendir(folder))
        defer { closedir(handle) }
        var count = 0
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasSuffix(".pbtxt") else { continue }
            count += 1
            let path = "\(folder)/\(name.dropLast(6))"
            do throws(MessageError) {
                let config = try Self.contents("\(path).pbtxt").withUnsafeBytes { bytes in
                    Result { () throws(MessageError) in try ModelConfig.read(text: bytes, limits: DecodingLimits()).message }
                }.get()
                Self.write(try config.encoded(), to: "\(path).bin")
            } catch {
                Self.write(Array(error.description.utf8), to: "\(path).refused")
            }
        }
        #expect(count > 0)
    }

    private static func contents(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes.prefix(count))
    }

    private static func write(_ bytes: [UInt8], to path: String) {
        guard let file = fopen(path, "w") else { return }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }
}
