import Serving
import Testing

@Suite struct `a trace context` {
    @Test func `gives its numbers back`() throws {
        let context = try #require(TraceContext(traceparent: "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"))
        #expect(context.traceID == "0af7651916cd43dd8448eb211c80319c")
        #expect(context.parentID == "00f067aa0ba902b7")
        #expect(context.isSampled)
        #expect(TraceContext(traceparent: "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-00")?.isSampled == false)
    }

    @Test func `of a later version may be longer`() {
        #expect(TraceContext(traceparent: "cc-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01-more") != nil)
        #expect(TraceContext(traceparent: "cc-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01.more") == nil)
    }

    @Test(arguments: [
        "", "00", "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-0", "ff-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01",
        "00-0AF7651916CD43DD8448EB211C80319C-00f067aa0ba902b7-01", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01-",
        "00_0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01", "00-0af7651916cd43dd8448eb211c80319g-00f067aa0ba902b7-01",
    ]) func `that is malformed is none`(text: String) { #expect(TraceContext(traceparent: text) == nil) }
}
