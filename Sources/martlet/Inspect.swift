internal import ArgumentParser
internal import Console

struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show what a model takes and gives, its operators, and how it will run.")

    @Argument(help: "The model's file, or the folder of one model.") var model: String
    @Flag(help: "Show which kernels this machine's processor gets.") var kernels = false

    func run() throws {
        if kernels { print(KernelReport().text) }
        print(try ModelReport(path: model).text, terminator: "")
    }
}
