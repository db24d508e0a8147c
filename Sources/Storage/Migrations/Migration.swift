import Crypto

/// One numbered step of the schema, compiled into the program. Never edited once released: a mistake is mended by a later step.
package struct Migration: Sendable {
    /// The place in the order; starts at 1, without gaps, over all features together.
    package let number: Int
    /// What the step brings, in a word or two.
    package let name: String
    private let statements: [SQL]
    private let statementsOfOne: [SQLDialect: [SQL]]

    /// A step of the schema. `sqlite` and `postgres` follow `statements` on that database alone: for triggers and partitions, which
    /// the two share no words for.
    package init(
        _ number: Int, _ name: String, _ statements: [SQL], sqlite: [SQL] = [], postgres: [SQL] = []
    ) {
        self.number = number
        self.name = name
        self.statements = statements
        statementsOfOne = [.sqlite: sqlite, .postgres: postgres]
    }

    /// What it runs on a database. Speaks to it in the database's language, never through types of the program, which change.
    package func statements(for dialect: SQLDialect) -> [SQL] { statements + (statementsOfOne[dialect] ?? []) }

    /// SHA-256 over the text for `dialect`, in hexadecimal: tells a step that was edited after it ran.
    package func checksum(for dialect: SQLDialect) -> String {
        let text = statements(for: dialect).map { $0.rendered(for: dialect).text }.joined(separator: ";\n")
        return SHA256.hash(data: Array(text.utf8)).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
