import Storage

/// One `BEGIN … COMMIT` around a group of transactions.
struct GroupTransaction {
    /// How it ended.
    enum Ending {
        /// Every job was answered.
        case settled
        /// One job made the whole transaction roll back and was answered; the others must run again.
        case again([WriteJob])
        /// A constraint that is checked at the commit refused all of them; each must run by itself, so that only the one at fault fails.
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

    /// A group of one needs no savepoint, which costs a little: the whole transaction is rolled back.
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
