import Gateway
import Testing

@Suite struct `a path` {
    @Test(arguments: [
        ("/v2/models/a%2Fb/infer", ["v2", "models", "a/b", "infer"]), ("//v1///models/", ["v1", "models"]), ("/", []), ("/a+b", ["a+b"]),
        ("/%c3%bc", ["ü"]),
    ] as [(String, [String])]) func `has decoded parts`(_ path: String, _ parts: [String]) {
        #expect(WebPath(Substring(path), maxParts: 16)?.parts == parts)
    }

    @Test(arguments: ["/%", "/%2", "/%zz", "/%ff", "/1/2/3/4/5"]) func `that is wrong or too long is none`(_ path: String) {
        #expect(WebPath(Substring(path), maxParts: 4) == nil)
    }

    @Test func `may have a query`() {
        let query = WebQuery("url=a%20b+c&model_name=&limit&=x&bad=%zz")
        #expect(query["url"] == "a b c")
        #expect(query["model_name"] == "")
        #expect(query["limit"] == "")
        #expect(query["bad"] == "")
        #expect(query["none"] == nil)
    }
}
