/// What a first look at all rows of a file tells: how many there are, and in which order its dates are written. As small as it begins.
package struct FileSurvey: Sendable {
    /// How many rows were looked at.
    package private(set) var rows = 0
    private let columns: MappedColumns
    private var evidence: [Int: DateOrderEvidence]

    /// `fields` are the custom fields that hold dates.
    package init(columns: MappedColumns, customDates fields: Set<String> = []) {
        self.columns = columns
        let dates = columns.dateColumns(customFields: fields)
        evidence = Dictionary(uniqueKeysWithValues: dates.map { ($0, DateOrderEvidence()) })
    }

    /// Looks at a row.
    package mutating func look(at row: CSVRow) {
        rows += 1
        if row.isRejected { return }
        for column in evidence.keys where !row.isEmpty(at: column) {
            evidence[column, default: DateOrderEvidence()].add(row.text(at: column))
        }
    }

    /// The order of each date column: what its own dates prove, else what the other columns prove together, else the given one.
    package func orders(unless fallback: DateOrder) -> [Int: DateOrder] {
        let proven = evidence.values.compactMap { evidence -> DateOrder? in
            if case .proven(let order) = evidence.proof { return order }
            return nil
        }
        let ofFile = Set(proven).count == 1 ? proven.first : nil
        return evidence.mapValues { $0.order(unless: ofFile ?? fallback) }
    }

    /// The columns whose dates contradict each other.
    package var problems: [FileProblem] {
        evidence.sorted { $0.key < $1.key }.compactMap { $1.problem(column: columns.names[$0]) }
    }

    /// The columns whose dates could be read either way, and no other column tells: a preview asks a person.
    package var undecided: [String] {
        let isProven = evidence.values.contains { if case .proven = $0.proof { true } else { false } }
        return isProven
            ? [] : evidence.sorted { $0.key < $1.key }.filter { $1.proof == .unproven }.map { columns.names[$0.key] }
    }
}
