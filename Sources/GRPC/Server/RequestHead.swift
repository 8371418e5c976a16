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
            // By length first: hardly a name is compared in vain.
            switch name.count {
            case 2 where name.equals("te"): continue
            case 5 where name.equals(":path"):
                path = value
                continue
            case 7 where name.equals(":method"):
                method = value
                continue
            case 12 where name.equals("content-type"):
                contentType = value
                continue
            case 12 where name.equals("grpc-timeout"):
                timeout = value
                continue
            case 13 where name.equals("grpc-encoding"):
                encoding = value
                continue
            case 13 where name.equals("authorization"): authorization = value
            case 14 where name.equals("content-length"): continue
            case 20 where name.equals("grpc-accept-encoding"):
                accepted.formUnion(AcceptedCodings(value))
                continue
            case 0: continue
            default: break
            }
            if name[0] == UInt8(ascii: ":") { continue }
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
