/// What is wrong with a document: one sentence that begins with the file and the line.
package struct YamlError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
