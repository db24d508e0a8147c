import Core

/// How much of a row fits into the lists of a client. What does not goes into the background, a line each: no row is lost for it.
struct ImportBounds {
    /// A list that holds so much and no more.
    enum List: String, Sendable, CaseIterable {
        case emails, phones, addresses, tags

        var most: Int {
            switch self {
            case .emails, .phones: FieldCheck.mostPoints
            case .addresses: FieldCheck.mostAddresses
            case .tags: FieldCheck.mostTags
            }
        }

        /// What stands in front of an entry in the background.
        var word: String {
            switch self {
            case .emails: "E-mail"
            case .phones: "Phone"
            case .addresses: "Address"
            case .tags: "Tag"
            }
        }
    }

    private(set) var background: String
    /// How many entries of each list went into the background.
    private(set) var moved: [List: Int] = [:]
    /// The lines of the background, as soon as somebody asks.
    private var lines: Set<Substring>?

    /// Nothing has been moved yet.
    init(background: String) { self.background = background }

    /// The entries that fit; the others are written into the background. The first `known` of them are the client's already.
    mutating func fitting<Entry>(
        _ entries: [Entry], _ list: List, known: Int = 0, text: (Entry) -> String
    ) -> [Entry] {
        guard entries.count > list.most else { return entries }
        var seen: Set<String> = []
        let different = entries.enumerated().filter { seen.insert(text($1)).inserted || $0 < known }.map(\.element)
        let most = max(list.most, known)
        for entry in different.dropFirst(most) where write(text(entry), list) { moved[list, default: 0] += 1 }
        return Array(different.prefix(most))
    }

    /// Writes one entry into the background; `false` when it stands there already.
    @discardableResult
    mutating func write(_ text: String, _ list: List) -> Bool {
        let line = "\(list.word): \(text)"
        var known = lines ?? Set(background.split(separator: "\n"))
        lines = nil
        let isNew = known.insert(line[...]).inserted
        lines = known
        if isNew { background += (background.isEmpty ? "" : "\n") + line }
        return isNew
    }
}

extension ContactPoint {
    /// As it stands in the background.
    var line: String { type == "other" ? value : "\(value) (\(type))" }
}

extension PostalAddress {
    /// As it stands in the background.
    var line: String {
        [street, city, state, code, country].filter { !$0.isEmpty }.joined(separator: ", ")
            + (type == "other" ? "" : " (\(type))")
    }
}

extension RowReading {
    /// The remarks about what went into the background.
    func remarks(_ bounds: ImportBounds) -> [RowProblem] {
        ImportBounds.List.allCases.compactMap { list in
            guard let count = bounds.moved[list] else { return nil }
            return remark(
                list.rawValue, FieldProblem.Code.tooMany.rawValue,
                "A client holds \(list.most) of these; \(count) more stand in the background now.")
        }
    }
}
