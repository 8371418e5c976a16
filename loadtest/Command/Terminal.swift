internal import Glibc
internal import LoadTesting

/// What a person sees while it runs: on standard error, and only where there is a terminal.
enum Terminal {
    static func complain(_ text: String) {
        write(text + "\n", to: STDERR_FILENO)
    }

    static func say(_ text: String) {
        write(text, to: STDOUT_FILENO)
    }

    static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

    /// One line that is written over and over.
    static func show(_ line: String) {
        write("\r\u{1b}[K" + line, to: STDERR_FILENO)
    }

    private static func write(_ text: String, to file: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
