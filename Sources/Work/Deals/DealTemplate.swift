import CRM
package import Core
import Storage

/// What a new deal gets by itself: the days of its escrow, and what has to be done.
package struct DealTemplate: Sendable, Hashable {
    /// Something that has to be done for each deal; with the days after the acceptance on which it is due.
    package struct Item: Sendable, Hashable, CanonicalJSON {
        package var title: String
        package var days: Int?

        /// Writes it as it is stored and as the API shows it.
        package func write(to writer: inout JSONWriter) {
            writer.object { object in
                object.member("title", title)
                object.member("days", days.map(Int64.init))
            }
        }
    }

    /// How many days after the acceptance each day is.
    package var offsets: [DealDates.Kind: Int]
    package var checklist: [Item]
    package var version: Int64

    /// The farthest day from the acceptance.
    static let farthest = 3650

    /// Writes the template as the API shows it.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.key("dates")
            object.object { offsetMembers(to: &$0) }
            object.key("checklist")
            object.array { list in checklist.forEach { $0.write(to: &list) } }
            object.member("version", version)
        }
    }

    private func offsetMembers(to object: inout JSONWriter) {
        for kind in DealDates.Kind.allCases {
            guard let days = offsets[kind] else { continue }
            object.key(text: kind.rawValue)
            object.number(Int64(days))
        }
    }

    /// The offsets as they are stored.
    var storedOffsets: String {
        var writer = JSONWriter()
        writer.object { offsetMembers(to: &$0) }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// The template of the brokerage: one row.
enum DealTemplateTable {
    static let migration = Migration(
        191, "template of deals",
        [
            """
            CREATE TABLE deal_template (
                id BIGINT PRIMARY KEY, dates TEXT NOT NULL, checklist TEXT NOT NULL, version BIGINT NOT NULL
            )
            """,
            """
            INSERT INTO deal_template (id, dates, checklist, version) VALUES (1,
            '{"earnestMoney":3,"diligence":10,"appraisal":17,"loan":21,"walkThrough":29,"closing":30,"possession":30}',
            '[{"title":"Contract signed by everybody","days":0},{"title":"Earnest money received","days":3},{"title":"Inspection ordered","days":3},{"title":"Title ordered","days":5},{"title":"Appraisal received","days":17},{"title":"Loan approved","days":21},{"title":"Closing statement checked","days":28},{"title":"Keys handed over","days":30}]',
            1)
            """,
        ])

    /// The template; held until the transaction ends if it `isToChange`.
    static func template(isToChange: Bool = false, in session: any SQLSession) throws -> DealTemplate {
        let held: SQL = isToChange ? "\(.forUpdate)" : ""
        let row = try session.row("SELECT dates, checklist, version FROM deal_template WHERE id = 1 \(held)")
        guard let row else { return DealTemplate(offsets: [:], checklist: [], version: 0) }
        var offsets: [DealDates.Kind: Int] = [:]
        var reader = JSONReader(try row.get("dates"))
        try reader.members { reader, name in
            let days = try reader.integer()
            if let kind = DealDates.Kind(rawValue: name) { offsets[kind] = Int(days) }
        }
        return DealTemplate(
            offsets: offsets,
            checklist: try row.get("checklist", as: StoredList<DealTemplate.Item>.self).elements(),
            version: try row.get("version"))
    }

    static func update(_ template: DealTemplate, in session: any SQLSession) throws {
        try session.run(
            """
            UPDATE deal_template SET dates = \(template.storedOffsets), checklist = \(StoredList(template.checklist)),
                version = \(template.version)
            WHERE id = 1
            """)
    }
}
