import Accounts
import ContactFiles
import Core
import Crypto
import FileStorage
import Storage

extension ClientImports {
    /// How many rows are shown as they would be imported.
    private static let shown = 10

    /// Looks at the whole file once: how many rows it has, and what its columns and dates are. `nil` when the import ended or was stopped.
    func prepare(_ work: ClientImport, until shouldStop: @escaping @Sendable () -> Bool) async throws -> ClientImport? {
        let dates = dates(work.options)
        let reader = ImportReader(try files.open(work.id), work.kind, dates: dates)
        let begun = try await thread.run { try reader.begin() }
        var plan = ImportPlan()
        plan.header = begun.header
        plan.delimiter = begun.delimiter.map { String(decoding: [$0], as: UTF8.self) }
        let fields = try await database.read { session in try CustomFieldTable.all(in: session) }
        if work.kind == .csv, begun.refusal == nil { try await mapColumns(&plan, fields, of: work) }
        let columns = ColumnMapping(dialect: plan.dialect, targets: plan.targets).columns(of: plan.header)
        plan.unknownColumns = columns.unknown
        let days = Set(fields.filter { $0.kind == .date }.flatMap { [$0.key, $0.name] })
        let start = FileSurvey(columns: columns, customDates: days)
        guard let survey = try await survey(reader, start, of: work, until: shouldStop) else { return nil }
        if let refusal = reader.refusal ?? begun.refusal {
            try await end(work.id, .failed, because: .fileUnreadable, refusal.words)
            return nil
        }
        plan.encoding = reader.encoding?.rawValue
        plan.orders = survey.file.orders(unless: dates.order)
        plan.undecidedDates = survey.file.undecided
        plan.notes = survey.file.problems.map(\.words)
        var prepared = work
        prepared.total = survey.rows
        prepared.plan = plan
        let sample = try await sample(prepared, plan, columns)
        plan.preview = sample
        prepared.plan = plan
        return try await keep(prepared, plan) ? prepared : nil
    }

    private func survey(
        _ reader: ImportReader, _ start: FileSurvey, of work: ClientImport,
        until shouldStop: @escaping @Sendable () -> Bool
    ) async throws -> (file: FileSurvey, rows: Int64)? {
        var (survey, rows): (FileSurvey, Int64) = (start, 0)
        let count = rowsBetweenWords
        while true {
            let known = survey
            let (looked, passed) = try await thread.run {
                var survey = known
                let passed = try reader.skip(count) { survey.look(at: $0) }
                return (survey, passed)
            }
            survey = looked
            rows += passed
            if passed < count { return (survey, rows) }
            guard try await goesOn(work.id, until: shouldStop) else { return nil }
        }
    }

    private func keep(_ work: ClientImport, _ plan: ImportPlan) async throws -> Bool {
        let text = try StoredJSON.text(plan)
        let (total, now) = (work.total, world.now())
        let given = work.options.mapping
        let targets = try given.map { try StoredJSON.text($0) }
        let fingerprint = HeaderFingerprint.of(plan.header)
        let lease = lease
        return try await database.transaction { session in
            guard try lease.renew(work.id, in: session) else { return false }
            try session.run("UPDATE client_import SET total = \(total), plan = \(text) WHERE id = \(work.id)")
            guard let targets else { return true }
            let role = try AccountTable.account(work.userID, in: session)?.role
            try session.run(
                """
                INSERT INTO client_import_mapping (fingerprint, user_id, is_for_all, targets, at)
                VALUES (\(fingerprint), \(work.userID), \(role?.seesEverything == true), \(targets), \(now))
                ON CONFLICT (fingerprint, user_id) DO UPDATE SET is_for_all = excluded.is_for_all,
                    targets = excluded.targets, at = excluded.at
                """)
            return true
        }
    }

    /// What the header tells, then what is remembered of such a header, then what was said of this file.
    private func mapColumns(_ plan: inout ImportPlan, _ fields: [CustomField], of work: ClientImport) async throws {
        let header = plan.header
        let remembered = try await database.read { session in
            try Self.remembered(HeaderFingerprint.of(header), for: work.userID, in: session)
        }
        var mapping = ColumnMapping(recognizing: header)
        mapping = mapping.completed(byCustomFields: fields.flatMap { [$0.key, $0.name] }, in: header)
        if let remembered, work.options.mapping == nil {
            mapping = mapping.completed(by: remembered)
            plan.isRemembered = true
        }
        if let given = work.options.mapping { mapping = mapping.completed(by: given) }
        // By its key a field is found when it has another name meanwhile.
        let keys = Dictionary(fields.map { ($0.name, $0.key) }) { first, _ in first }
        mapping.targets = mapping.targets.mapValues { target in
            guard case .custom(let name) = target, let key = keys[name] else { return target }
            return .custom(key)
        }
        (plan.dialect, plan.targets) = (mapping.dialect, mapping.targets)
    }

    /// The mapping that the importer has given for such a header, or the last that an owner or admin has.
    private static func remembered(
        _ fingerprint: [UInt8], for user: AccountID, in session: any SQLSession
    ) throws -> [String: FieldTarget]? {
        try session.row(
            """
            SELECT targets FROM client_import_mapping
            WHERE fingerprint = \(fingerprint) AND (user_id = \(user) OR is_for_all = 1)
            ORDER BY CASE WHEN user_id = \(user) THEN 0 ELSE 1 END, at DESC LIMIT 1
            """
        ).map { try StoredJSON.read([String: FieldTarget].self, try $0.get("targets")) }
    }

    private func sample(_ work: ClientImport, _ plan: ImportPlan, _ columns: MappedColumns) async throws -> [String] {
        let (dates, files) = (dates(work.options), files)
        let hasOwners = columns.namePeople
        let context = try await database.read { session in
            try ImportContext(of: work, hasOwners: hasOwners || work.kind == .vCard, in: session)
        }
        guard let scope = context.scope else { return [] }
        let edit = edit(scope, context, of: work)
        return try await thread.run {
            let reader = ImportReader(try files.open(work.id), work.kind, dates: dates)
            _ = try reader.begin()
            reader.read(with: PersonReader(columns: columns, dates: dates, orders: plan.orders))
            let reading = RowReading(work, plan, context, scope: scope, edit: edit, dates: dates)
            return try reader.rows(Self.shown, upTo: 262_144).map { row in
                ImportPreview.json(row, reading.read(row.row))
            }
        }
    }

    /// What a change by the import has to know.
    func edit(_ scope: Scope, _ context: ImportContext, of work: ClientImport) -> ClientEdit {
        ClientEdit(
            home: book.home, author: scope.userID, now: world.now(), fields: context.fields,
            origin: .by(.importing, work.id))
    }
}

/// By what the mapping of a header is found again: its names, whatever their order, capitals and spaces.
enum HeaderFingerprint {
    static func of(_ header: [String]) -> [UInt8] {
        let names = ReturnedRows.original(header).map { name in
            let normalized = HeaderName.normalized(name)
            return normalized.isEmpty ? name : normalized
        }
        return Array(SHA256.hash(data: Array(names.sorted().joined(separator: "\u{1F}").utf8)))
    }
}

/// A row as it would be imported, for people who look before they leap.
enum ImportPreview {
    static func json(_ row: FileRow, _ result: RowContent) -> String {
        var writer = JSONWriter(capacity: 512)
        let (content, details) = (result.content, result.content.details)
        writer.object { object in
            object.member("row", row.number)
            object.member("line", Int64(row.row.line))
            object.member("isRejected", result.isRejected)
            object.member("firstName", content.firstName)
            object.member("lastName", content.lastName)
            object.key("emails")
            object.json(trusted: StoredList(content.emails).json)
            object.key("phones")
            object.json(trusted: StoredList(content.phones).json)
            object.key("addresses")
            object.json(trusted: StoredList(content.addresses).json)
            object.member("stage", content.stage)
            object.member("source", content.source)
            object.key("tags")
            object.json(trusted: StoredList(content.tags).json)
            object.member("assignedTo", content.assignedTo)
            object.member("price", content.price)
            object.member("background", content.background)
            details.writeMembers(to: &object)
            object.key("problems")
            object.array { list in result.problems.forEach { $0.write(to: &list) } }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension RowProblem {
    /// Writes the remark as the API shows it.
    func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("column", column)
            object.member("code", code)
            object.member("message", message)
            object.member("isRejection", isRejection)
        }
    }
}
