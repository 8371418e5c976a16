internal import HTTP2

/// What the header block of a request says to gRPC. A view: valid as long as the header fields are.
struct RequestHead {
    var method = UnsafeRawBufferPointer(start: nil, count: 0)
    var path = UnsafeRawBufferPointer(start: nil, count: 0)
    var contentType: UnsafeRawBufferPointer?
    var timeout: UnsafeRawBufferPointer?
    var encoding: UnsafeRawBufferPointer?
    var accepted: AcceptedCodings = []
    var authorization: UnsafeRawBufferPointer?

    /// Reads `fields`, and appends what is the application's to `metadata`. False when a `-bin` value is no base64.
    init(_ fields: HeaderFields, metadata: inout Metadata, isValid: inout Bool) {
        for index in 0..<fields.count {
            let name = fields.name(index)
            let value = fields.value(index)
            guard let first = name.first else { continue }
            switch first {
            case UInt8(ascii: ":"):
                if name.equals(":path") { path = value } else if name.equals(":method") { method = value }
                continue
            case UInt8(ascii: "c"):
                if name.equals("content-type") {
                    contentType = value
                    continue
                }
                if name.equals("content-length") { continue }
            case UInt8(ascii: "t"):
                if name.equals("te") { continue }
            case UInt8(ascii: "g"):
                if name.equals("grpc-timeout") {
                    timeout = value
                    continue
                }
                if name.equals("grpc-encoding") {
                    encoding = value
                    continue
                }
                if name.equals("grpc-accept-encoding") {
                    accepted.formUnion(AcceptedCodings(value))
                    continue
                }
            case UInt8(ascii: "a"):
                if name.equals("authorization") { authorization = value }
            default: break
            }
            if name.count > 4, UnsafeRawBufferPointer(rebasing: name.suffix(4)).equals("-bin"), !Base64.isValid(value) {
                isValid = false
            }
            metadata.append(received: name, value)
        }
    }

    /// `application/grpc`, alone or followed by `+` or `;` and anything.
    var isGRPC: Bool {
        guard let contentType, contentType.starts(with: "application/grpc") else { return false }
        if contentType.count == 16 { return true }
        return contentType[16] == UInt8(ascii: "+") || contentType[16] == UInt8(ascii: ";")
    }
}
