internal import Glibc

/// How the workers of one version are started.
struct ProcessSetup: Sendable {
    let command: [String]
    let environment: [String: String]
    let folder: String?
    /// The first packet that a worker gets.
    let configuration: [UInt8]
    let spec: ProcessSpec

    init(_ files: ModelFiles, spec: ModelSpec) {
        let process = spec.process ?? ProcessSpec()
        self.spec = process
        folder = files.folder
        command = process.command.isEmpty ? ["python3", files.main] : process.command
        var environment = Self.inherited
        environment["PYTHONUNBUFFERED"] = "1"
        var paths: [String] = []
        if let folder = files.folder { paths += [folder, "\(folder)/.."] }
        paths += (process.environment["PYTHONPATH"] ?? environment["PYTHONPATH"]).map { [$0] } ?? []
        if let own = Self.ownModules { paths.append(own) }
        environment.merge(process.environment) { $1 }
        environment["PYTHONPATH"] = paths.joined(separator: ":")
        self.environment = environment
        var packet = WorkerPacketWriter(.configuration, call: 0)
        packet.add(spec.name)
        packet.add(UInt16(clamping: spec.parameters.count))
        for (name, value) in spec.parameters.sorted(by: { $0.key < $1.key }).prefix(Int(UInt16.max)) {
            packet.add(name)
            packet.add(value)
        }
        configuration = packet.bytes
    }

    private static var inherited: [String: String] {
        var variables: [String: String] = [:]
        var place = environ
        while let text = place.pointee {
            let entry = String(cString: text)
            if let equals = entry.firstIndex(of: "=") { variables[String(entry[..<equals])] = String(entry[entry.index(after: equals)...]) }
            place += 1
        }
        return variables
    }

    /// Where an installation keeps the module that workers in Python import: `share/martlet/python` beside the program's folder.
    private static var ownModules: String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { readlink("/proc/self/exe", $0.baseAddress!, $0.count) }
        guard count > 0 else { return nil }
        let path = String(decoding: buffer[0..<count], as: UTF8.self)
        let folder = path.split(separator: "/").dropLast(2).joined(separator: "/")
        return "/\(folder)/share/martlet/python"
    }
}
