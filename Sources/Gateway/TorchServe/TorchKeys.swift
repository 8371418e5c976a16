internal import Glibc
internal import JSON
internal import Text

/// The keys of a file in TorchServe's form:
///
///     {"management": {"key": "…", "expiration time": "2026-01-31T10:00:00.5Z"}, "inference": {…}, "API": {"key": "…"}}
package struct TorchKeys: Sendable, Hashable {
    package struct Key: Sendable, Hashable {
        package var text: String
        /// Seconds since 1970; nil for a key that holds for ever.
        package var expires: Int64?

        func holds(at seconds: Int64) -> Bool { expires.map { seconds < $0 } ?? true }

        func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("key")
            json.string(text)
            if let expires {
                json.key("expiration time")
                json.string(UTCTime.text(expires))
            }
            json.endObject()
        }
    }

    /// For changing and listing what is served.
    package var management: Key
    /// For asking models.
    package var inference: Key
    /// For asking for new keys of the two other kinds.
    package var api: Key

    /// How long a new key holds.
    static let lifeSeconds: Int64 = 3600
    private static let maxFileBytes = 64 << 10

    /// Fresh keys.
    package init(now: Int64) {
        management = Self.fresh(now)
        inference = Self.fresh(now)
        api = Key(text: Self.fresh(now).text, expires: nil)
    }

    package init(file path: String) throws(GatewayError) {
        let bytes: [UInt8]
        do throws(BoundedFile.Failure) { bytes = try BoundedFile.contents(of: path, limit: Self.maxFileBytes) } catch {
            throw GatewayError("cannot read \(path): \(error)")
        }
        let read = bytes.withUnsafeBytes { bytes in Result { () throws(JSONError) in try JSONDocument(bytes) } }
        let document: JSONDocument
        do throws(JSONError) { document = try read.get() } catch { throw GatewayError("\(path): \(error)") }
        management = try Self.key("management", document, path)
        inference = try Self.key("inference", document, path)
        api = try Self.key("API", document, path)
    }

    private static func key(_ kind: String, _ document: JSONDocument, _ path: String) throws(GatewayError) -> Key {
        guard case .string(let text)? = document[kind]?["key"], !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw GatewayError("\(path): '\(kind)' has no 'key' of printable ASCII")
        }
        switch document[kind]?["expiration time"] {
        case nil, .null?: return Key(text: text, expires: nil)
        case .string(let time)?:
            guard let seconds = UTCTime.seconds(time) else {
                throw GatewayError("\(path): the expiration time of '\(kind)' is '\(time)'; a time such as 2026-01-31T10:00:00Z is expected")
            }
            return Key(text: text, expires: seconds)
        default: throw GatewayError("\(path): the expiration time of '\(kind)' must be a string")
        }
    }

    static func fresh(_ now: Int64) -> Key {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var generator = SystemRandomNumberGenerator()
        let text = String((0..<22).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })
        return Key(text: text, expires: now + lifeSeconds)
    }

    /// Writes the file, for its owner alone to read; a reader never sees half of it.
    package func write(to path: String) throws(GatewayError) {
        var json = JSONWriter()
        json.beginObject()
        for (kind, key) in [("management", management), ("inference", inference), ("API", api)] {
            json.key(kind)
            key.write(to: &json)
        }
        json.endObject()
        let fresh = path + ".new"
        let file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw GatewayError("cannot write \(fresh): \(String(cString: strerror(errno)))") }
        let bytes = json.bytes + [UInt8(ascii: "\n")]
        let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress!, $0.count) }
        let isWritten = fsync(file) == 0 && count == bytes.count
        close(file)
        guard isWritten, rename(fresh, path) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(fresh)
            throw GatewayError("cannot write \(path): \(reason)")
        }
    }
}
