import Serving
import Testing

@Suite struct `a folder of models` {
    @Test func `lists models, versions and files, and nothing else`() throws {
        let folder = TemporaryFolder()
        folder.write("", to: "b/1/model.test")
        folder.write("xyz", to: "a/2/model.test")
        folder.write("", to: "a/2/golden/one.json")
        folder.write("", to: "a/10/model.test")
        folder.write("", to: "a/notes/readme")
        folder.write("", to: "a/007/model.test")
        folder.write("", to: "a/spec.test")
        folder.write("", to: "stray.txt")
        folder.write("", to: "empty/readme")
        folder.write("", to: ".git/1/model.test")
        let models = try FolderSource(path: folder.path, configurationNames: ["spec.test"]).list()
        #expect(models.map(\.name) == ["a", "b"])
        #expect(models[0].versions.map(\.number) == [2, 10])
        #expect(models[0].configurations.map(\.name) == ["spec.test"])
        #expect(models[0].versions[0].files.map(\.name) == ["golden/one.json", "model.test"])
        #expect(models[0].versions[0].files[1].byteCount == 3)
        #expect(models[0].versions[0].youngestNanos > 0)
    }

    @Test func `a folder that is not there is an error that names it`() {
        #expect(throws: ServingError(.notFound, "cannot read the model repository '/no/such/place': No such file or directory")) {
            try FolderSource(path: "/no/such/place").list()
        }
    }
}
