public import Messages

/// The descriptors of a `ReflectionIndex`, as reflection asks for them.
public struct IndexedDescriptors: DescriptorSource {
    private let index: ReflectionIndex

    public init(_ index: ReflectionIndex = .builtIn) { self.index = index }

    public func file(named name: String) -> [UInt8]? { index.file(named: name)?.descriptor }
    public func fileName(declaring symbol: String) -> String? { index.file(containing: symbol)?.name }
    public func imports(of name: String) -> [String] { index.file(named: name)?.dependencies ?? [] }

    /// The files of this build extend no message.
    public func fileName(extending message: String, number: Int32) -> String? { nil }
    public func extensionNumbers(of message: String) -> [Int32]? { index.file(containing: message) == nil ? nil : [] }
}
