import JSON
import Testing

/// Reads `text` with `body`.
private func read<Value>(_ text: String, _ body: (inout JSONReader) throws(JSONError) -> Value) throws(JSONError) -> Value {
    let bytes = Array(text.utf8)
    let result = bytes.withUnsafeBytes { bytes in
        Result { () throws(JSONError) in
            var reader = JSONReader(bytes)
            let value = try body(&reader)
            try reader.end()
            return value
        }
    }
    return try result.get()
}

@Suite struct JSONReaderTests {
    @Test func `members and elements come in the order of the text`() throws {
        var seen: [String] = []
        try read(#" { "a" : [ 1 , 2 ] , "b" : { } , "c" : null , "d" : "x" } "#) { reader throws(JSONError) in
            try reader.beginObject()
            while let key = try reader.nextKey() {
                seen.append(key)
                switch key {
                case "a":
                    try reader.beginArray()
                    while try reader.nextElement() { seen.append("\(try reader.number().integer(Int.self) ?? -1)") }
                case "b":
                    try reader.beginObject()
                    while let inner = try reader.nextKey() { seen.append(inner) }
                case "c": seen.append("\(reader.null())")
                default: seen.append(try reader.string())
                }
            }
        }
        #expect(seen == ["a", "1", "2", "b", "c", "true", "d", "x"])
    }

    @Test(arguments: [
        "0", "-0", "1.5", "-2e3", "123456789012345678", "0.1", "1e-7", "1e400", "-1e400", "1e-400", "2.2250738585072014e-308", "5e-324",
        "9007199254740993", "179769313486231570000000000000000000000", "0.30000000000000004", "Infinity", "-Infinity", "1e22", "1e23",
        "123456789.123456789e-12", "1e99999999999999999999", "0.000000000000000000000000000000001234",
    ])
    func `a number is the nearest double`(text: String) throws {
        let number = try read(text) { reader throws(JSONError) in try reader.number().double }
        #expect(number.bitPattern == Double(text)?.bitPattern)
    }

    @Test func `not a number is read as such`() throws {
        #expect(try read("NaN") { reader throws(JSONError) in try reader.number().double }.isNaN)
        #expect(try read("NaN") { reader throws(JSONError) in try reader.number().float }.isNaN)
    }

    @Test(arguments: [
        // Half-way between two floats and a little more: rounding by way of a double would go down.
        "1.00000005960464477540", "0.1", "16777217", "3.4028235677973366e38", "1e-45", "7e-46", "1.17549429e-38", "0.30000001192092896",
    ])
    func `a float is rounded once`(text: String) throws {
        let number = try read(text) { reader throws(JSONError) in try reader.number().float }
        #expect(number == Float(text))
    }

    @Test func `integers keep all their digits`() throws {
        let integers = try read("[9007199254740993, -9223372036854775808, 9223372036854775807]") { reader throws(JSONError) in
            var values: [Int64?] = []
            try reader.beginArray()
            while try reader.nextElement() { values.append(try reader.number().integer()) }
            return values
        }
        #expect(integers == [9_007_199_254_740_993, .min, .max])
        #expect(try read("18446744073709551615") { reader throws(JSONError) in try reader.number().integer(UInt64.self) } == .max)
    }

    @Test(arguments: [("2.0", 2), ("1e3", 1000), ("1.50e2", 150), ("-0.0", 0)])
    func `a whole number may be written with a point`(text: String, value: Int) throws {
        #expect(try read(text) { reader throws(JSONError) in try reader.number().integer(Int.self) } == value)
    }

    @Test(arguments: ["1.5", "128", "-129", "1e30", "18446744073709551616", "NaN", "1e-1"])
    func `what is no integer of the type is none`(text: String) throws {
        #expect(try read(text) { reader throws(JSONError) in try reader.number().integer(Int8.self) } == nil)
    }

    @Test func `escapes stand for their characters`() throws {
        let text = try read(#""\"\\\/\b\f\n\r\tü\u00e9\ud83d\ude08☺""#) { reader throws(JSONError) in try reader.string() }
        #expect(text == "\"\\/\u{8}\u{c}\n\r\tüé😈☺")
    }

    @Test(arguments: [
        "", "{", "[", "[1", "[1,", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "01", "-", "1.", ".5", "1e", "+1", "tru",
        "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\u{1}\"", "nul", "[1 2]", "1 2", "'a'", "Nan", "[1]]",
        "{\"a\" 1}",
    ])
    func `what is no JSON is refused`(text: String) {
        #expect(throws: JSONError.self) { try read(text) { reader throws(JSONError) in try reader.skip() } }
    }

    @Test func `bytes that are no UTF-8 are refused`() {
        let bytes: [UInt8] = [0x22, 0xC3, 0x28, 0x22]
        #expect(throws: JSONError.self) {
            try bytes.withUnsafeBytes { bytes in
                var reader = JSONReader(bytes)
                _ = try reader.string()
            }
        }
    }

    @Test func `nesting has a bound`() {
        let deep = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
        #expect(throws: JSONError.self) { try read(deep) { reader throws(JSONError) in try reader.skip() } }
        let fine = String(repeating: "[", count: JSONReader.maxDepth) + String(repeating: "]", count: JSONReader.maxDepth)
        #expect(throws: Never.self) { try read(fine) { reader throws(JSONError) in try reader.skip() } }
    }

    @Test func `an error says where`() {
        let error = #expect(throws: JSONError.self) { try read("[1, x]") { reader throws(JSONError) in try reader.skip() } }
        #expect(error?.offset == 4)
        #expect(error?.message.contains("'x'") == true)
    }

    @Test func `a tree has a bound`() {
        let many = "[" + Array(repeating: "0", count: JSONDocument.maxValues + 1).joined(separator: ",") + "]"
        #expect(throws: JSONError.self) { try JSONDocument(many) }
    }

    @Test func `a value that was passed over can be read later`() throws {
        let numbers = try read(#"{"data": [1, 2], "type": "x"}"#) { reader throws(JSONError) in
            var place = 0
            try reader.beginObject()
            while let key = try reader.nextKey() {
                if key == "data" { place = reader.mark() }
                try reader.skip()
            }
            var again = reader.at(place)
            var numbers: [Int?] = []
            try again.beginArray()
            while try again.nextElement() { numbers.append(try again.number().integer()) }
            return numbers
        }
        #expect(numbers == [1, 2])
    }
}
