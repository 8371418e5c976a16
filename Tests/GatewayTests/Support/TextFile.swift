import Glibc

/// A file of its own in a folder of its own, removed with it.
final class TextFile {
    let folder: String
    let path: String

    init(_ text: String?) {
        var template = Array("/tmp/gateway-tests-XXXXXX".utf8CString)
        _ = mkdtemp(&template)
        folder = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        path = folder + "/file"
        if let text { write(text) }
    }

    func write(_ text: String) {
        guard let file = fopen(path, "w") else { return }
        fputs(text, file)
        fclose(file)
    }

    deinit {
        unlink(path)
        rmdir(folder)
    }
}
