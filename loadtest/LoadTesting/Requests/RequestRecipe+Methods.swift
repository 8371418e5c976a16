extension RequestRecipe {
    /// Any unary method of gRPC. Without `expected`, any message is a good answer.
    public static func unary(path: String, message: [UInt8], expected: [UInt8]? = nil) -> RequestRecipe {
        let check: any ReplyCheck = if let expected { ExactReply(bytes: expected) } else { AnyReply() }
        return RequestRecipe(name: path, path: path, message: message, check: check)
    }

    /// A request of plain HTTP/2: GET without a body, POST with one.
    public static func http(path: String, body: [UInt8]) -> RequestRecipe {
        var recipe = RequestRecipe(name: path, path: path, message: body, check: AnyReply())
        recipe.call = .http(method: body.isEmpty ? "GET" : "POST")
        return recipe
    }
}
