import Engine
import Glibc
import Tensors
import Testing

@Suite struct ExternalDataTests {
    /// A folder for one test, gone afterwards.
    private func inFolder(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/martlet-external-XXXXXX".utf8CString)
        let made = try #require(mkdtemp(&template))
        let path = String(cString: made)
        defer {
            for name in ["model.onnx", "w.bin", "link.bin", "inner"] { unlink("\(path)/\(name)") }
            rmdir(path)
        }
        try body(path)
    }

    private func write(_ bytes: [UInt8], to path: String) {
        guard let file = fopen(path, "w") else { return }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }

    private func model(_ entries: [(String, String)]) -> [UInt8] {
        var tensor = ProtoWriter()
        tensor.varint(1, 2)
        tensor.varint(2, 1)
        tensor.text(8, "w")
        for (key, value) in entries {
            var entry = ProtoWriter()
            entry.text(1, key)
            entry.text(2, value)
            tensor.message(13, entry)
        }
        tensor.varint(14, 1)
        return ONNX.model(
            ONNX.graph([ONNX.node("Identity", ["w"], ["y"])], outputs: [ONNX.value("y", 1, ["2"])], initializers: [tensor]))
    }

    private let bytes: [UInt8] = [9, 9, 9, 9, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]

    @Test func `elements beside the model are read from their offset`() throws {
        try inFolder { folder in
            write(bytes, to: "\(folder)/w.bin")
            write(model([("location", "w.bin"), ("offset", "4"), ("length", "8")]), to: "\(folder)/model.onnx")
            let model = try Model.load(path: "\(folder)/model.onnx")
            #expect(try model.run([Value]())[0].tensor?.floats == [1, 2])
        }
    }

    @Test(arguments: ["../w.bin", "/etc/passwd", "inner/../../w.bin", "link.bin"])
    func `nothing outside the folder is opened`(location: String) throws {
        try inFolder { folder in
            symlink("/etc/passwd", "\(folder)/link.bin")
            let error = #expect(throws: EngineError.self) {
                try Model.load(bytes: model([("location", location)]), folder: folder)
            }
            #expect(error?.message.contains("leaves the model's folder") == true)
        }
    }

    @Test(arguments: [("4", "100"), ("100", "8"), ("-4", "8"), ("9223372036854775807", "8"), ("x", "8")])
    func `a span outside the file is refused`(offset: String, length: String) throws {
        try inFolder { folder in
            write(bytes, to: "\(folder)/w.bin")
            #expect(throws: EngineError.self) {
                try Model.load(bytes: model([("location", "w.bin"), ("offset", offset), ("length", length)]), folder: folder)
            }
        }
    }

    @Test func `a missing file and a missing folder are errors`() throws {
        try inFolder { folder in
            #expect(throws: EngineError.self) { try Model.load(bytes: model([("location", "none.bin")]), folder: folder) }
        }
        #expect(throws: EngineError.self) { try Model.load(bytes: model([("location", "w.bin")])) }
    }
}
