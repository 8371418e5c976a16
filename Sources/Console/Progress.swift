internal import Glibc

/// One line on a terminal that says what is under way. Nothing at all where standard error is no terminal.
enum Progress {
    static func show(_ text: String) {
        guard isatty(STDERR_FILENO) != 0 else { return }
        put("\r\u{1B}[K\(text)…")
    }

    static func clear() {
        guard isatty(STDERR_FILENO) != 0 else { return }
        put("\r\u{1B}[K")
    }

    private static func put(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
