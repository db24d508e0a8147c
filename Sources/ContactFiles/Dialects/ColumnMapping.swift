/// Which column of a file goes where. It is kept as JSON, and fits the next file of the same program whatever the order of its columns.
package struct ColumnMapping: Sendable, Hashable, Codable {
    /// Whose file it is for.
    package var dialect: Dialect
    /// The targets by the columns' names; a name that is not in here is not imported.
    package var targets: [String: FieldTarget]

    package init(dialect: Dialect = .other, targets: [String: FieldTarget] = [:]) {
        self.dialect = dialect
        self.targets = targets
    }

    /// The mapping that a header tells by itself.
    package init(recognizing given: [String]) {
        let header = ReturnedRows.original(given)
        let names = header.map(HeaderName.normalized)
        let dialect = Dialect.of(names)
        self.init(dialect: dialect)
        for (column, name) in zip(header, names) {
            if dialect == .own, let field = OwnColumns.customField(of: column) {
                targets[column] = .custom(field)
            } else if let target = KnownColumns.target(of: name, in: dialect) {
                targets[column] = target
            }
        }
        for column in given.dropLast(header.count) { targets[column] = .ignore }
    }

    /// The mapping with what a person says of some columns, which counts more.
    package func completed(by other: [String: FieldTarget]) -> ColumnMapping {
        var result = self
        for (column, target) in other {
            let name = HeaderName.normalized(column)
            if !name.isEmpty { result.targets = result.targets.filter { HeaderName.normalized($0.key) != name } }
            result.targets[column] = target
        }
        return result
    }

    /// The mapping with the columns that nobody knows but that are called like a custom field.
    package func completed(byCustomFields fields: [String], in header: [String]) -> ColumnMapping {
        var byName: [String: String] = [:]
        for field in fields { byName[HeaderName.normalized(field)] = field }
        var result = self
        for column in columns(of: header).unknown {
            let name = HeaderName.normalized(column)
            if !name.isEmpty, let field = byName[name] { result.targets[column] = .custom(field) }
        }
        return result
    }

    /// What becomes of each column of a file.
    package func columns(of header: [String]) -> MappedColumns {
        let exact = targets
        var alike: [String: FieldTarget] = [:]
        for column in targets.keys.sorted() {
            let name = HeaderName.normalized(column)
            // A name of signs alone is alike to none.
            if !name.isEmpty, alike[name] == nil { alike[name] = targets[column] }
        }
        let found = header.map { exact[$0] ?? alike[HeaderName.normalized($0)] }
        return MappedColumns(dialect: dialect, names: header, targets: found)
    }
}

/// The columns of one file with their targets.
package struct MappedColumns: Sendable, Hashable {
    package let dialect: Dialect
    package let names: [String]
    /// `nil` for a column of which nobody knows what it is.
    package let targets: [FieldTarget?]

    /// The columns that are not imported because nobody knows what they are; those without a name left out.
    package var unknown: [String] { zip(names, targets).filter { $1 == nil && !$0.isEmpty }.map(\.0) }

    /// The places of the columns that hold dates, which need a first look at all rows (``DateOrderEvidence``); `fields` are the custom fields that do.
    package func dateColumns(customFields fields: Set<String>) -> [Int] {
        targets.indices.filter { index in
            switch targets[index] {
            case .birthday, .anniversary, .createdAt, .lastActivityAt: true
            case .custom(let field): fields.contains(field)
            default: false
            }
        }
    }

    /// Whether some of them name people of the brokerage.
    package var namePeople: Bool {
        targets.contains { $0 == .assignedTo || $0 == .collaborators || $0 == .consent }
    }
}
