internal import GRPC
internal import Messages

/// What reflection tells of the services here: the descriptors that the messages were generated from.
struct Descriptors: DescriptorSource {
    private let index = ReflectionIndex.builtIn

    func file(named name: String) -> [UInt8]? { index.file(named: name)?.descriptor }
    func fileName(declaring symbol: String) -> String? { index.file(containing: symbol)?.name }
    func imports(of name: String) -> [String] { index.file(named: name)?.dependencies ?? [] }
    // All of our messages are of proto3, which has no extensions.
    func fileName(extending message: String, number: Int32) -> String? { nil }
    func extensionNumbers(of message: String) -> [Int32]? { index.file(containing: message) == nil ? nil : [] }
}
