import TestSupport
import Testing

@testable import Work

@Suite struct `the Markdown of notes` {
    @Test(arguments: [
        ("Hello", "<p>Hello</p>"),
        ("a\nb\n\nc", "<p>a<br>b</p><p>c</p>"),
        ("- a\n- b\nc", "<ul><li>a</li><li>b</li></ul><p>c</p>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("> said", "<blockquote>said</blockquote>"),
        ("**bold** and *soft*", "<p><strong>bold</strong> and <em>soft</em></p>"),
        ("**bold *and* soft**", "<p><strong>bold <em>and</em> soft</strong></p>"),
        ("2 * 3 * 4", "<p>2 * 3 * 4</p>"), ("**open", "<p>**open</p>"),
        ("`**x**`", "<p><code>**x**</code></p>"),
        (
            "[site](https://a.example/x?y=1&z=2)",
            #"<p><a href="https://a.example/x?y=1&amp;z=2" rel="noopener noreferrer nofollow">site</a></p>"#
        ),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        (#"[x](https://a" onclick="y)"#, "<p>[x](https://a&quot; onclick=&quot;y)</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("**a [b** c](https://d)", #"<p>**a <a href="https://d" rel="noopener noreferrer nofollow">b** c</a></p>"#),
    ])
    func `is what it looks like, and markup of others is text`(text: String, html: String) {
        #expect(Markup.html(of: text) == html)
    }

    @Test func `gives balanced elements of a short list, whatever is written`() throws {
        var dice = Dice(seed: 11)
        let pieces = [
            "*", "**", "`", "[", "]", "(", ")", "https://a", "<b>", "\"", "x", " ", "\n", "- ", "1. ", "> ", "&",
        ]
        for _ in 0..<3000 {
            let text = (0..<dice.number(1...24)).map { _ in pieces[dice.number(0...(pieces.count - 1))] }.joined()
            let html = Markup.html(of: text)
            var open: [Substring] = []
            for tag in html.matches(of: /<(\/?)([a-z]+)( [^<>]*)?>/) {
                let name = tag.output.2
                if name == "br" { continue }
                #expect(["p", "ul", "ol", "li", "blockquote", "strong", "em", "code", "a"].contains(name))
                if tag.output.1.isEmpty { open.append(name) } else { #expect(open.popLast() == name, "\(text)") }
            }
            #expect(open.isEmpty, "\(text)")
            #expect(html.filter { $0 == "<" }.count == html.matches(of: /<\/?[a-z]+( [^<>]*)?>/).count, "\(text)")
        }
    }
}
