internal import HTTP2

/// The header blocks that most replies send, made once.
enum ResponseHeaders {
    static let identity = HeaderTemplate(response(.identity))
    static let ok: HeaderTemplate = {
        var list = HeaderList()
        list.append("grpc-status", "0")
        return HeaderTemplate(list)
    }()

    static func initial(_ coding: Coding, metadata: Metadata) -> HeaderSource {
        if coding == .identity, metadata.isEmpty { return .fixed(identity) }
        var list = response(coding)
        list.append(metadata)
        return .list(list)
    }

    static func trailers(_ status: Status, metadata: Metadata) -> HeaderSource {
        if status.code == .ok, status.message.isEmpty, status.details.isEmpty, metadata.isEmpty { return .fixed(ok) }
        var list = HeaderList()
        list.append(status)
        list.append(metadata)
        return .list(list)
    }

    static func trailersOnly(_ status: Status, metadata: Metadata) -> HeaderSource {
        var list = response(.identity)
        list.append(status)
        list.append(metadata)
        return .list(list)
    }

    static func plain(status: Int, contentType: String, contentLength: Int) -> HeaderSource {
        var list = HeaderList()
        list.append(":status", String(status))
        list.append("content-type", contentType)
        list.append("content-length", String(contentLength))
        return .list(list)
    }

    private static func response(_ coding: Coding) -> HeaderList {
        var list = HeaderList()
        list.append(":status", "200")
        list.append("content-type", "application/grpc")
        if coding != .identity { list.append("grpc-encoding", coding.name) }
        list.append("grpc-accept-encoding", "identity, deflate, gzip")
        return list
    }
}
