import Storage

extension ClientBook {
    /// What has to be done now and then: see that the sizes of the books are right, and what clients are found by.
    package func care() async throws {
        try await renewSearch()
        try await BookSize.recount(in: database)
        try await eraseRemovedFields()
    }
}
