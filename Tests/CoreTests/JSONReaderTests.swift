import Core
import Foundation
import Testing

@Suite struct `JSON that is read from bytes` {
    /// What a reader makes of any text: its kind and value, nested.
    private indirect enum Value: Equatable {
        case null, bool(Bool), number(Double), text(String), list([Value]), object([String: Value])

        init(_ reader: inout JSONReader) throws {
            switch reader.next() {
            case UInt8(ascii: "{"):
                var members: [String: Value] = [:]
                try reader.members { reader, name in members[name] = try Value(&reader) }
                self = .object(members)
            case UInt8(ascii: "["):
                var list: [Value] = []
                try reader.elements { reader in list.append(try Value(&reader)) }
                self = .list(list)
            case UInt8(ascii: "\""): self = .text(try reader.string())
            case UInt8(ascii: "t"), UInt8(ascii: "f"): self = .bool(try reader.bool())
            case UInt8(ascii: "n"):
                _ = try reader.null()
                self = .null
            default: self = .number(try reader.number())
            }
        }

        init(_ object: Any) {
            switch object {
            case let text as String: self = .text(text)
            case let list as [Any]: self = .list(list.map(Value.init))
            case let members as [String: Any]: self = .object(members.mapValues { Value($0) })
            // 0 and 1 would be both; no case here has them.
            case let bool as Bool: self = .bool(bool)
            case let number as Double: self = .number(number)
            default: self = .null
            }
        }
    }

    private func read(_ text: String) throws -> Value {
        var reader = JSONReader(text)
        let value = try Value(&reader)
        try reader.finish()
        return value
    }

    @Test(arguments: [
        "{}", "[]", #""""#, "7", "-1.5e3", "true", "false", "null", " [ 12 , 2 ] ", #"{"a":{"b":[null,"c"]}}"#,
        #"["\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"]"#, #"{"Zoë":"naïve 😀"}"#,
        #"[{"value":"a@b.example","isPrimary":true}]"#,
    ])
    func `says what JSONSerialization says`(text: String) throws {
        let known = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
        #expect(try read(text) == Value(known))
    }

    @Test(arguments: [
        "", "{", "[", #"""#, #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, "[1,]", "[1 2]", "tru", "nul", "+1", "1.2.3", "-",
        "NaN",
        #""\x""#, #""\u12""#, #""\u+123""#, #""\ud800""#, #""\ud800\u0041""#, #""\udc00""#, "\"a\nb\"", "{} {}", "1,",
        #"{1:2}"#, "\u{FEFF}{}",
    ])
    func `is refused when it is none`(text: String) {
        #expect(throws: (any Error).self) { try read(text) }
    }

    @Test func `is refused when it is nested too deep, and is not when it is deep`() throws {
        func nested(_ count: Int) -> String {
            String(repeating: "[", count: count) + String(repeating: "]", count: count)
        }
        _ = try read(nested(64))
        #expect(throws: JSONReader.Malformed.self) { try read(nested(65)) }
        #expect(throws: JSONReader.Malformed.self) { try read(nested(100_000)) }
    }

    @Test func `comes back as it was written, whatever the text`() throws {
        for text in RandomText(alphabet: "ab\"\\/\u{0}\u{1}\n\té😀\u{2028}").texts(500, upTo: 40) {
            var writer = JSONWriter()
            writer.array { $0.string(text) }
            #expect(try read(String(decoding: writer.bytes, as: UTF8.self)) == .list([.text(text)]))
        }
    }

    @Test func `is passed over with its text`() throws {
        var reader = JSONReader(#" {"a":[1,{"b":"c"}]} "#)
        #expect(try reader.value() == #"{"a":[1,{"b":"c"}]}"#)
    }
}
