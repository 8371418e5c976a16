import JSON
import Testing

@Suite struct JSONWriterTests {
    @Test func `commas stand where they must`() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("a")
        writer.beginArray()
        writer.integer(1)
        writer.integer(-20)
        writer.beginArray()
        writer.endArray()
        writer.endArray()
        writer.key("b")
        writer.null()
        writer.key("c")
        writer.bool(true)
        writer.endObject()
        #expect(writer.text == #"{"a":[1,-20,[]],"b":null,"c":true}"#)
    }

    @Test(arguments: [Int64.min, .max, 0, 9, 10, -1, 1_000_000])
    func `integers are exact`(value: Int64) {
        var writer = JSONWriter()
        writer.integer(value)
        #expect(writer.text == String(value))
    }

    @Test func `unsigned integers are exact`() {
        var writer = JSONWriter()
        writer.integer(UInt64.max)
        #expect(writer.text == "18446744073709551615")
    }

    @Test func `floats are as short as they can be and come back`() throws {
        for value: Float in [0.1, 1 / 3, 16_777_216, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -0.0] {
            var writer = JSONWriter()
            writer.float(value)
            #expect(Float(writer.text)?.bitPattern == value.bitPattern)
        }
        var writer = JSONWriter()
        writer.float(0.1)
        #expect(writer.text == "0.1")
    }

    @Test func `what is no number is written as Python does`() {
        var writer = JSONWriter()
        writer.beginArray()
        writer.float(.nan)
        writer.double(.infinity)
        writer.double(-.infinity)
        writer.endArray()
        #expect(writer.text == "[NaN,Infinity,-Infinity]")
    }

    @Test func `strings come back through the reader`() throws {
        let text = "\"\\\n\r\t\u{1}\u{1f}é😈/"
        var writer = JSONWriter()
        writer.string(text)
        #expect(try JSONDocument(writer.text) == .string(text))
    }

    @Test func `a tree comes back`() throws {
        let text = #"{"a":[1,18446744073709551615,1.5,true,null,"x"],"b":{}}"#
        var writer = JSONWriter()
        writer.document(try JSONDocument(text))
        #expect(writer.text == text)
    }
}
