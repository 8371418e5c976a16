internal import JSON
internal import Messages

// Messages know nothing of how JSON is written, only what.
extension JSONWriter: JSONSink {}
