/// The Markdown of notes: paragraphs, `- ` and `1. ` lists, `> ` quotes, `**strong**`, `*emphasis*`, `` `code` `` and `[links](https://…)`.
///
/// Everything else is text. Whatever is written, the HTML holds only the elements `p br ul ol li blockquote strong em code a`, no attribute but the
/// `href` of a link to `https:`, `http:`, `mailto:` or `tel:` and its `rel`, and is balanced (stored XSS, ASVS 1.3.1). Takes time that grows with the
/// length of the text alone.
package enum Markup {
    /// The note as HTML.
    package static func html(of text: String) -> String {
        var html = ""
        html.reserveCapacity(text.utf8.count + 64)
        var block: Block?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let (kind, content) = Block.of(line)
            guard let kind else {
                close(&block, &html)
                continue
            }
            if block == kind {
                if kind.isOneElement { html += "<br>" }
            } else {
                close(&block, &html)
                html += kind.opening
                block = kind
            }
            if !kind.isOneElement { html += "<li>" }
            Inline.write(content, to: &html)
            if !kind.isOneElement { html += "</li>" }
        }
        close(&block, &html)
        return html
    }

    private static func close(_ block: inout Block?, _ html: inout String) {
        if let open = block { html += open.closing }
        block = nil
    }

    /// Appends `text` with the characters of HTML escaped.
    fileprivate static func escape(_ text: some Sequence<Character>, to html: inout String) {
        for character in text {
            switch character {
            case "&": html += "&amp;"
            case "<": html += "&lt;"
            case ">": html += "&gt;"
            case "\"": html += "&quot;"
            case "'": html += "&#39;"
            default: html.append(character)
            }
        }
    }

    /// What a line belongs to.
    private enum Block {
        case paragraph, bullets, numbers, quote

        var opening: String {
            switch self {
            case .paragraph: "<p>"
            case .bullets: "<ul>"
            case .numbers: "<ol>"
            case .quote: "<blockquote>"
            }
        }

        var closing: String {
            switch self {
            case .paragraph: "</p>"
            case .bullets: "</ul>"
            case .numbers: "</ol>"
            case .quote: "</blockquote>"
            }
        }

        /// Whether its lines are one element with line breaks, and not one element each.
        var isOneElement: Bool { self == .paragraph || self == .quote }

        /// The block of a line, and the line without what says so; no block for an empty line.
        static func of(_ line: Substring) -> (Block?, Substring) {
            let line = line.drop { $0 == " " || $0 == "\t" }
            if line.isEmpty { return (nil, line) }
            if line.hasPrefix("- ") || line.hasPrefix("* ") { return (.bullets, line.dropFirst(2)) }
            if line.hasPrefix("> ") { return (.quote, line.dropFirst(2)) }
            let digits = line.prefix { $0.isASCII && $0.isNumber }
            if (1...3).contains(digits.count), line.dropFirst(digits.count).hasPrefix(". ") {
                return (.numbers, line.dropFirst(digits.count + 2))
            }
            return (.paragraph, line)
        }
    }

    /// The marks inside of a line. A mark that nothing closes on its line is text.
    private enum Inline {
        static func write(_ line: Substring, to html: inout String) {
            let characters = Array(line)
            let pairs = Pairs(characters)
            var index = 0
            while index < characters.count {
                if characters[index] == "`", let end = pairs.codeEnds[index] {
                    html += "<code>"
                    escape(characters[(index + 1)..<end], to: &html)
                    html += "</code>"
                    index = end + 1
                } else if characters[index] == "[", let link = pairs.link(at: index, in: characters) {
                    html += "<a href=\""
                    escape(characters[link.address], to: &html)
                    html += "\" rel=\"noopener noreferrer nofollow\">"
                    escape(characters[link.text], to: &html)
                    html += "</a>"
                    index = link.address.upperBound + 1
                } else if let mark = pairs.marks[index] {
                    html += mark.html
                    index += mark.length
                } else {
                    escape(CollectionOfOne(characters[index]), to: &html)
                    index += 1
                }
            }
        }
    }

    /// Which marks of a line belong together.
    private struct Pairs {
        /// The place of the closing backtick by that of the opening one.
        private(set) var codeEnds: [Int: Int] = [:]
        /// The tags in the places of asterisks that have a partner.
        private(set) var marks: [Int: (html: String, length: Int)] = [:]
        /// For each place, where the next `]` and `)` are.
        private var nextBracket: [Int: Int] = [:]
        private var nextParenthesis: [Int: Int] = [:]

        init(_ line: [Character]) {
            let plain = findCode(line)
            findEnds(line)
            pairAsterisks(line, plain)
        }

        /// The text and the address of the link that begins at `start`.
        func link(at start: Int, in line: [Character]) -> (text: Range<Int>, address: Range<Int>)? {
            guard let bracket = nextBracket[start], bracket > start + 1, bracket + 1 < line.count,
                line[bracket + 1] == "(", let end = nextParenthesis[bracket]
            else { return nil }
            let address = (bracket + 2)..<end
            let schemes = ["https://", "http://", "mailto:", "tel:"]
            let text = String(line[address])
            guard schemes.contains(where: { text.lowercased().hasPrefix($0) && text.count > $0.count }),
                !text.contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "<" })
            else { return nil }
            return ((start + 1)..<bracket, address)
        }

        /// Finds the spans of code, and returns for each place whether it is outside of all.
        private mutating func findCode(_ line: [Character]) -> [Bool] {
            var plain = Array(repeating: true, count: line.count)
            var open: Int?
            for (index, character) in line.enumerated() where character == "`" {
                if let start = open, index > start + 1 {
                    codeEnds[start] = index
                    for place in start...index { plain[place] = false }
                    open = nil
                } else {
                    open = index
                }
            }
            return plain
        }

        private mutating func findEnds(_ line: [Character]) {
            var (bracket, parenthesis): (Int?, Int?)
            for index in line.indices.reversed() {
                if line[index] == "[" { nextBracket[index] = bracket }
                if line[index] == "]" {
                    nextParenthesis[index] = parenthesis
                    bracket = index
                }
                if line[index] == ")" { parenthesis = index }
            }
        }

        private mutating func pairAsterisks(_ line: [Character], _ plain: [Bool]) {
            var open: [(index: Int, length: Int)] = []
            var index = 0
            while index < line.count {
                guard line[index] == "*", plain[index] else {
                    index += 1
                    continue
                }
                let length = index + 1 < line.count && line[index + 1] == "*" ? 2 : 1
                let isClosing = index > 0 && !line[index - 1].isWhitespace
                if isClosing, let last = open.last, last.length == length, index > last.index + length {
                    let element = length == 2 ? "strong" : "em"
                    marks[last.index] = ("<\(element)>", length)
                    marks[index] = ("</\(element)>", length)
                    open.removeLast()
                } else if index + length < line.count, !line[index + length].isWhitespace, open.count < 2 {
                    open.append((index, length))
                }
                index += length
            }
            // Inside of a link's address or text no mark counts, so that elements stay balanced.
            removeMarksInLinks(line)
        }

        private mutating func removeMarksInLinks(_ line: [Character]) {
            guard !marks.isEmpty, line.contains("[") else { return }
            var index = 0
            while index < line.count {
                if line[index] == "[", codeEnds[index] == nil, let link = link(at: index, in: line) {
                    if (index..<link.address.upperBound).contains(where: { marks[$0] != nil }) {
                        // A pair that crosses the edge of a link would not be nested: then all marks of the line are text.
                        marks = [:]
                        return
                    }
                    index = link.address.upperBound
                }
                index += 1
            }
        }
    }
}
