/// Decodes the bytes as the message; what decodes must encode again.
package func fuzzMessage<M: Message>(_ type: M.Type, _ bytes: UnsafeRawBufferPointer) {
    guard let message = try? M(decoding: bytes), let again = try? message.encoded() else { return }
    consume(again.count)
}

/// Reads the bytes as config.pbtxt; what is read must print and read again.
package func fuzzModelConfigText(_ text: UnsafeRawBufferPointer) {
    guard let config = try? ModelConfig(text: text, limits: DecodingLimits()) else { return }
    guard let printed = try? config.text(), let again = try? ModelConfig(text: printed) else {
        fatalError("a configuration that was read cannot be printed and read again")
    }
    consume(again.name.utf8.count)
}

/// Reads the bytes as descriptors.
package func fuzzDescriptorSet(_ bytes: UnsafeRawBufferPointer) {
    guard let index = try? ReflectionIndex(descriptorSet: bytes) else { return }
    for file in index.files { consume(index.closure(of: file).count) }
}
