package import Accounts
package import CRM
package import Core
package import Storage

/// The tasks of the brokerage.
///
/// A task with a client is seen and changed by whoever reaches the client; one without by whom it is assigned to, whoever made it, owner and admin.
package struct TaskBook: Sendable {
    let database: any Database
    let world: World
    let cursors: CursorSealer
    let settings: UserSettings

    package init(database: any Database, world: World, cursorKey: Secret<[UInt8]>, settings: UserSettings) {
        self.database = database
        self.world = world
        self.settings = settings
        cursors = CursorSealer(key: cursorKey)
    }

    /// How a request for a task ended.
    package enum Outcome: Sendable, Hashable {
        /// The task, and the clock by which the caller looks at it.
        case done(WorkTask, TaskClock)
        case invalid([FieldProblem])
        case versionMismatch
        case notFound
    }

    /// One task.
    package func get(_ scope: Scope, _ id: WorkTaskID) async throws -> Outcome {
        let (now, settings) = (world.now(), settings)
        return try await database.read { session in
            let clock = TaskClock(now: now, zone: try settings.zone(of: scope.userID, in: session))
            guard let task = try TaskTable.task(id, for: scope, in: session) else { return .notFound }
            return .done(task, clock)
        }
    }

    /// Makes a task.
    package func create(_ scope: Scope, _ patch: TaskPatch) async throws -> Outcome {
        let (now, id, settings) = (world.now(), world.identifier(WorkTaskID.self), settings)
        return try await database.transaction { session in
            let clock = TaskClock(now: now, zone: try settings.zone(of: scope.userID, in: session))
            var check = FieldCheck()
            var client: Client?
            if let named = patch.clientId {
                client = try ClientAlias.held(named, for: scope, in: session)
                if client == nil {
                    check.refuse("clientId", .unknownClient, "There is no such client, or you may not see it.")
                }
            }
            var task = WorkTask(id, for: client?.id, by: scope.userID, at: now)
            task = task.applying(patch, home: clock.zone, &check)
            if patch.clientId == nil || client != nil {
                try Self.checkAssignee(of: task, scope, &check, in: session)
            }
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            try TaskTable.insert(task, in: session)
            try task.announced(.taskCreated, at: now).tell(in: session)
            task.clientName = client.map { Self.name(of: $0) } ?? ""
            return .done(task, clock)
        }
    }

    /// Changes what `patch` names.
    package func change(
        _ scope: Scope, _ id: WorkTaskID, _ patch: TaskPatch, expectedVersions: [Int64]? = nil
    ) async throws -> Outcome {
        try await edit(scope, id, expectedVersions) { task, clock, session in
            var check = FieldCheck()
            let changed = task.applying(patch, home: clock.zone, &check)
            if changed.assignedTo != task.assignedTo {
                try Self.checkAssignee(of: changed, scope, &check, in: session)
            }
            guard check.problems.isEmpty else { return .refused(.invalid(check.problems)) }
            return .changed(changed)
        }
    }

    /// Completes a task. The timeline of its client tells it, and a task that comes back is there again. One that was completed already stays as it
    /// is.
    package func complete(_ scope: Scope, _ id: WorkTaskID) async throws -> Outcome {
        let (nextID, entryID) = (world.identifier(WorkTaskID.self), world.identifier(TimelineEntryID.self))
        return try await edit(scope, id, nil) { task, clock, session in
            guard task.completedAt == nil else { return .refused(.done(task, clock)) }
            var done = task
            done.completedAt = clock.now
            done.completedBy = scope.userID
            if let next = task.following(nextID, on: clock.today, at: clock.now) {
                try TaskTable.insert(next, in: session)
                try next.announced(.taskCreated, at: clock.now).tell(in: session)
                done.nextID = next.id
            }
            if let client = task.clientID {
                var detail = JSONWriter(capacity: 64)
                detail.object { $0.member("type", task.kind.rawValue) }
                let entry = TimelineEntry(
                    .task, of: client, id: entryID, at: clock.now, by: scope.userID, body: task.name,
                    detail: String(decoding: detail.bytes, as: UTF8.self), now: clock.now)
                try TimelineTable.insert(entry.about(task.id), in: session)
            }
            return .changed(done)
        }
    }

    /// Opens a task again. What it brought forth when it was completed goes away, unless somebody has touched it.
    package func reopen(_ scope: Scope, _ id: WorkTaskID) async throws -> Outcome {
        try await edit(scope, id, nil) { task, clock, session in
            guard task.completedAt != nil else { return .refused(.done(task, clock)) }
            var open = task
            (open.completedAt, open.completedBy) = (nil, nil)
            if let next = task.nextID {
                _ = try TaskTable.removeUntouched(next, in: session)
                open.nextID = nil
            }
            try TimelineTable.remove(about: task.id, at: clock.now, in: session)
            return .changed(open)
        }
    }

    /// Removes a task, and what the timeline tells of it.
    package func remove(
        _ scope: Scope, _ id: WorkTaskID, expectedVersions: [Int64]? = nil
    ) async throws -> Outcome {
        try await edit(scope, id, expectedVersions) { task, clock, session in
            try TaskTable.remove(id, at: clock.now, in: session)
            try task.announced(.taskDeleted, at: clock.now).tell(in: session)
            try TimelineTable.remove(about: id, at: clock.now, in: session)
            return .refused(.done(task, clock))
        }
    }

    private enum Edit {
        case changed(WorkTask)
        /// Nothing is to be written.
        case refused(Outcome)
    }

    private func edit(
        _ scope: Scope, _ id: WorkTaskID, _ expectedVersions: [Int64]?,
        _ body: @escaping @Sendable (WorkTask, TaskClock, any SQLSession) throws -> Edit
    ) async throws -> Outcome {
        let (now, settings) = (world.now(), settings)
        return try await database.transaction { session in
            let clock = TaskClock(now: now, zone: try settings.zone(of: scope.userID, in: session))
            guard let task = try TaskTable.held(id, for: scope, in: session) else { return .notFound }
            if let expectedVersions, !expectedVersions.contains(task.version) { return .versionMismatch }
            switch try body(task, clock, session) {
            case .refused(let outcome): return outcome
            case .changed(var changed):
                changed.updatedAt = now
                changed.version = task.version + 1
                try TaskTable.update(changed, from: task, in: session)
                let isDone = changed.completedAt != nil && task.completedAt == nil
                try changed.announced(isDone ? .taskCompleted : .taskUpdated, at: now).tell(in: session)
                return .done(changed, clock)
            }
        }
    }

    /// Says when the task is somebody's who cannot have it. Whether that person exists is not told apart from whether they reach the client.
    private static func checkAssignee(
        of task: WorkTask, _ scope: Scope, _ check: inout FieldCheck, in session: any SQLSession
    ) throws {
        guard task.assignedTo != scope.userID else { return }
        if task.clientID == nil, scope.role == .lender {
            return check.refuse("assignedTo", .notPermitted, "Without a client you can only give it to yourself.")
        }
        guard try !TaskTable.mayHave(task.assignedTo, task.clientID, in: session) else { return }
        let message =
            task.clientID == nil
            ? "There is no active user with this identity."
            : "There is no active user with this identity who works with this client. Share the client first."
        check.refuse("assignedTo", .unknownAccount, message)
    }

    private static func name(of client: Client) -> String {
        [client.firstName, client.lastName].filter { !$0.isEmpty }.joined(separator: " ")
    }
}

extension WorkTask {
    fileprivate func announced(_ kind: Happening.Kind, at now: Timestamp) -> Happening {
        Happening(kind, id, version: version, at: now, others: ["clientId": clientID?.description])
    }
}
