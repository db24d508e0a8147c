import Storage

/// By what PostgreSQL plans questions about clients, while they come in by the thousand.
///
/// It looks at its tables by itself about a minute after they have changed. Until then it plans by those of before, which may have been empty, and
/// sorts all clients for each page of an export. SQLite plans without a look.
struct BookStatistics {
    private static let first: Int64 = 1_000

    private let database: any Database
    /// From so many clients on it is worth while again: each time there are twice as many.
    private var next = first

    init(_ database: any Database) { self.database = database }

    /// Has it look, when so many clients that have come in are enough for it. What fails is made up for by PostgreSQL itself.
    mutating func renew(after imported: Int64) async {
        guard database.dialect == .postgres, imported >= next else { return }
        while next <= imported { next *= 2 }
        try? await look()
    }

    /// The same at the end, of what has come in since.
    func finish(after imported: Int64) async {
        guard database.dialect == .postgres, imported >= Self.first else { return }
        try? await look()
    }

    private func look() async throws {
        try await database.transaction { session in
            try session.run(
                "ANALYZE client, client_reader, client_collaborator, client_match, client_search, client_change")
        }
    }
}
