import Storage

extension ClientBook {
    /// What has to be done now and then: see that the size of the book is right, and that everybody is found by the present rules.
    package func care() async throws {
        try await database.transaction { session in try BookSize.recount(in: session) }
        try await SearchUpkeep.run(database)
    }
}
