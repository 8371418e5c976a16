/// Text that a writer can copy from without making a string of it.
public protocol TextSource {
    /// Calls `body` once with the bytes of UTF-8, which are valid during the call.
    func withTextBytes(_ body: (UnsafeRawBufferPointer) -> Void)
}

extension MessageText: TextSource {
    public func withTextBytes(_ body: (UnsafeRawBufferPointer) -> Void) { body(bytes) }
}

extension StaticString: TextSource {
    public func withTextBytes(_ body: (UnsafeRawBufferPointer) -> Void) { body(MessageText(self).bytes) }
}

extension String: TextSource {
    public func withTextBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        var copy = self
        copy.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}
