import Engine
import Glibc

/// One exported test case: a model, its inputs and the outputs that it must give.
struct Case {
    let name: String
    let folder: String
    let relativeTolerance: Double
    let absoluteTolerance: Double
    /// How far an element may be off, as a share of the largest of its output.
    let shareOfLargest: Double

    /// Files that hold a model.
    static let modelNames = ["model.onnx"] + NativeModel.fileNames

    /// The cases below `root`: every folder that holds a model, in order of name.
    static func all(below root: String) -> [Case] {
        var found: [Case] = []
        var pending = [root]
        while let folder = pending.popLast() {
            let entries = list(folder)
            if entries.contains(where: modelNames.contains) {
                found.append(Case(folder: folder))
            } else {
                pending += entries.map { "\(folder)/\($0)" }.filter(isFolder)
            }
        }
        return found.sorted { $0.name < $1.name }
    }

    init(folder: String) {
        self.folder = folder
        name = folder.split(separator: "/").last.map(String.init) ?? folder
        let settings = Self.text("\(folder)/meta.json")
        relativeTolerance = Self.number("rtol", in: settings) ?? 1e-3
        absoluteTolerance = Self.number("atol", in: settings) ?? 1e-7
        shareOfLargest = Self.number("of_max", in: settings) ?? 0
    }

    func path(_ kind: String, _ index: Int) -> String? {
        let path = "\(folder)/\(kind)_\(index).pb"
        return access(path, R_OK) == 0 ? path : nil
    }

    /// The model's file.
    var modelBytes: [UInt8] {
        guard let file = fopen("\(folder)/model.onnx", "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// The number after `"key":`, which is all that these files need of JSON.
    private static func number(_ key: String, in text: String) -> Double? {
        guard let start = text.ranges(of: "\"\(key)\":").first?.upperBound else { return nil }
        return Double(text[start...].drop { $0 == " " }.prefix { $0.isNumber || "+-.eE".contains($0) })
    }

    private static func text(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    private static func list(_ folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
