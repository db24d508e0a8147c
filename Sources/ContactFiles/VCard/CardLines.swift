/// The properties of one card while it is read, within its bounds.
struct CardLines {
    let line: Int
    /// How many cards are open inside of it; their properties are another's.
    private(set) var depth = 0
    private(set) var isAgentOpen = false
    private let options: VCardOptions
    private var properties: [ContentLine] = []
    private var problems: [FileProblem] = []
    private var size = 0

    init(line: Int, options: VCardOptions) {
        self.line = line
        self.options = options
    }

    /// Whether nothing more of it is kept.
    var isIgnoring: Bool { depth > 0 || problems.contains { $0.isRejection } }

    mutating func problem(_ code: FileProblem.Code, _ words: String, column: String? = nil, isRejection: Bool = false) {
        problems.append(FileProblem(line: line, column: column, code: code, words: words, isRejection: isRejection))
    }

    /// The problem, if the card does not have it yet.
    mutating func once(_ problem: FileProblem) {
        if !problems.contains(where: { $0.code == problem.code }) { problems.append(problem) }
    }

    /// A card begins inside of this one, as somebody's agent.
    mutating func nest() {
        depth += 1
        isAgentOpen = false
        if depth == options.deepestNesting + 1, !problems.contains(where: { $0.code == .nestedTooDeep }) {
            problem(.nestedTooDeep, "This card has cards inside of cards, too deep to read.", isRejection: true)
        }
    }

    mutating func unnest() { depth -= 1 }

    /// Looks at a line before anything is made of it: `AGENT:` without a value is followed by a card.
    mutating func look(at bytes: [UInt8]) {
        let word = Array("AGENT".utf8)
        isAgentOpen =
            bytes.count < 64 && bytes.last == UInt8(ascii: ":") && bytes.count > word.count
            && zip(bytes, word).allSatisfy { $0 & 0xDF == $1 }
    }

    mutating func add(_ bytes: [UInt8], line: Int, isCutOff: Bool) {
        guard let property = ContentLine(bytes, line: line) else {
            return once(
                FileProblem(
                    line: self.line, code: .badProperty,
                    words: "“\(FileProblem.excerpt(String(decoding: bytes, as: UTF8.self)))” is no property."))
        }
        if isCutOff {
            return problem(
                .propertyTooLong,
                "\(property.name) has more than \(options.longestProperty / 1024) KiB and is left out.",
                column: property.name)
        }
        size += bytes.count
        properties.append(property)
        if properties.count > options.mostProperties {
            refuse(.tooManyProperties, "This card has more than \(options.mostProperties) properties.")
        } else if size > options.longestCard {
            refuse(.cardTooLong, "This card has more than \(options.longestCard / 1024) KiB.")
        }
    }

    private mutating func refuse(_ code: FileProblem.Code, _ words: String) {
        problem(code, words, isRejection: true)
        properties = []
    }

    /// The person of the card.
    func finished(dates: DateReading) -> ImportedRow {
        let row = ImportedRow(line: line, problems: problems)
        if row.isRejected { return row }
        return CardPerson(properties, dates: dates, row: row).finished()
    }
}
