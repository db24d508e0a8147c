import Storage

/// One `BEGIN … COMMIT` around a group of transactions.
struct GroupTransaction {
    /// How it ended.
    enum Ending {
        /// Everybody has been told.
        case settled
        /// One job took the transaction down with it and has been told; the others must run again.
        case again([WriteJob])
        /// A constraint that is checked at the commit refused the whole; run one by one, each answers for itself.
        case eachAlone
    }

    private enum Attempt {
        case kept
        case undone(any Error)
        case lost(any Error)
    }

    private let connection: SQLiteConnection
    private let group: [WriteJob]

    init(_ connection: SQLiteConnection, _ group: [WriteJob]) {
        self.connection = connection
        self.group = group
    }

    /// A savepoint costs a little, and a group of one needs none: what is undone is the whole.
    private var usesSavepoints: Bool { group.count > 1 }

    func run() -> Ending {
        do {
            try connection.control("BEGIN IMMEDIATE")
        } catch {
            group.finish(error)
            return .settled
        }
        var refusals: [(any Error)?] = []
        for (index, job) in group.enumerated() {
            switch attempt(job) {
            case .kept: refusals.append(nil)
            case .undone(let error): refusals.append(error)
            case .lost(let error):
                rollBack()
                job.finish(error)
                return .again(Array(group[..<index] + group[(index + 1)...]))
            }
        }
        return commit(refusals)
    }

    private func attempt(_ job: WriteJob) -> Attempt {
        let session = SQLiteSession(connection)
        do {
            if usesSavepoints { try connection.control("SAVEPOINT one_of_group") }
            try job.run(session)
            if let failure = session.failure { throw failure }
            if usesSavepoints { try connection.control("RELEASE one_of_group") }
            return .kept
        } catch {
            guard usesSavepoints, connection.isInTransaction else { return .lost(error) }
            do {
                try connection.control("ROLLBACK TO one_of_group")
                try connection.control("RELEASE one_of_group")
                return .undone(error)
            } catch _ {
                return .lost(error)
            }
        }
    }

    private func commit(_ refusals: [(any Error)?]) -> Ending {
        do {
            try connection.control("COMMIT")
        } catch {
            rollBack()
            if group.count > 1, case StorageError.constraintViolated = error { return .eachAlone }
            group.finish(error)
            return .settled
        }
        for (job, refusal) in zip(group, refusals) { job.finish(refusal) }
        return .settled
    }

    private func rollBack() {
        // SQLite has rolled back by itself when it says that no transaction is open.
        if connection.isInTransaction { try? connection.control("ROLLBACK") }
    }
}
