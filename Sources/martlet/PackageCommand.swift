internal import ArgumentParser
internal import Console

struct PackageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "package", abstract: "Write models and server as a context for docker, podman or buildah build.")

    @Argument(help: "A model repository, or the folder of one model.") var models: String
    @Option(name: [.short, .long], help: "Folder for the context; it must not exist, or be empty.") var output: String
    @Option(help: "The server's image, which the models are added to.") var image = ImageContext.defaultImage

    func run() throws {
        let context = ImageContext(models: models, output: output, image: image)
        print(try context.write(), terminator: "")
    }
}
