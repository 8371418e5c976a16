internal import Glibc

/// One line on a terminal that says what is under way. Nothing at all where standard error is no terminal.
enum Progress {
    static func show(_ text: String) {
        guard isatty(STDERR_FILENO) != 0 else { return }
        fputs("\r\u{1B}[K\(text)…", stderr)
        fflush(stderr)
    }

    static func clear() {
        guard isatty(STDERR_FILENO) != 0 else { return }
        fputs("\r\u{1B}[K", stderr)
        fflush(stderr)
    }
}
