internal import CMessages

/// An input or output in a decoded message. A view, valid as long as the arena of the message.
public struct InferTensor: @unchecked Sendable {
    // Sendable because nothing writes to a decoded message.
    public let name: MessageText
    /// As the client spelled it; `InferDatatype` reads it.
    public let datatype: MessageText
    /// Sizes as they were sent: nothing says that they are positive.
    public let shape: UnsafeBufferPointer<Int64>
    public let parameters: InferParameters
    /// The elements, when they were sent typed.
    public let contents: InferContents?

    init(_ tensor: UnsafePointer<Inference__ModelInferRequest__InferInputTensor>) {
        let tensor = tensor.pointee
        name = MessageText(tensor.name)
        datatype = MessageText(tensor.datatype)
        shape = UnsafeBufferPointer(start: tensor.shape, count: tensor.n_shape)
        parameters = InferParameters(tensor.parameters, count: tensor.n_parameters)
        contents = tensor.contents.map { InferContents($0) }
    }

    init(_ tensor: UnsafePointer<Inference__ModelInferResponse__InferOutputTensor>) {
        let tensor = tensor.pointee
        name = MessageText(tensor.name)
        datatype = MessageText(tensor.datatype)
        shape = UnsafeBufferPointer(start: tensor.shape, count: tensor.n_shape)
        parameters = InferParameters(tensor.parameters, count: tensor.n_parameters)
        contents = tensor.contents.map { InferContents($0) }
    }
}

/// An output that a client asked for. A view, valid as long as the arena of the message.
public struct InferRequestedOutput: Sendable {
    public let name: MessageText
    public let parameters: InferParameters

    init(_ output: UnsafePointer<Inference__ModelInferRequest__InferRequestedOutputTensor>) {
        name = MessageText(output.pointee.name)
        parameters = InferParameters(output.pointee.parameters, count: output.pointee.n_parameters)
    }
}

/// A list in a decoded message whose elements are made on the way out. A view, valid as long as the
/// arena of the message.
public struct MessageList<Element>: RandomAccessCollection, @unchecked Sendable {
    // Sendable because nothing writes to a decoded message.
    private let start: UnsafePointer<UnsafeRawPointer?>?
    private let make: @Sendable (UnsafeRawPointer) -> Element
    public let count: Int

    /// The list of message pointers that protobuf-c made.
    init(_ start: UnsafeMutableRawPointer?, count: Int, _ make: @escaping @Sendable (UnsafeRawPointer) -> Element) {
        self.start = UnsafeRawPointer(start)?.assumingMemoryBound(to: UnsafeRawPointer?.self)
        self.count = start == nil ? 0 : count
        self.make = make
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { count }

    public subscript(position: Int) -> Element {
        precondition(position >= 0 && position < count, "index out of range")
        guard let message = start?[position] else { fatalError("protobuf-c left a message out of a list") }
        return make(message)
    }
}
