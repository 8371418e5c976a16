// Any bytes at all as JSON: reading never traps, and what a tree is written as reads back as the same tree.
import JSON

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: data, count: count)
    var reader = JSONReader(bytes)
    let isPassedOver = (try? reader.skip()) != nil && (try? reader.end()) != nil
    guard let document = try? JSONDocument(bytes) else { return 0 }
    guard isPassedOver else { fatalError("read, but not passed over") }
    numbers(bytes)
    var writer = JSONWriter()
    writer.document(document)
    guard let again = try? JSONDocument(writer.text) else { fatalError("written, but not read: \(writer.text)") }
    var twice = JSONWriter()
    twice.document(again)
    guard twice.bytes == writer.bytes else { fatalError("\(writer.text) became \(twice.text)") }
    return 0
}

/// Every number, as every type: each nearest float must be that of the text.
private func numbers(_ bytes: UnsafeRawBufferPointer) {
    var reader = JSONReader(bytes)
    guard let number = try? reader.number() else { return }
    let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
    _ = number.integer(Int8.self)
    _ = number.integer(UInt64.self)
    if let exact = number.integer(Int64.self), Int64(text) != nil, exact != Int64(text) { fatalError("\(text) became \(exact)") }
    if let double = Double(text), double.bitPattern != number.double.bitPattern, !double.isNaN {
        fatalError("\(text) became \(number.double)")
    }
    if let float = Float(text), float.bitPattern != number.float.bitPattern, !float.isNaN { fatalError("\(text) became \(number.float)") }
}
