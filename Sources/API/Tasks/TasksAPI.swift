import CRM
import Core
import Credentials
import Guarding
import Hummingbird
import Sessions
package import Web
package import Work

/// What people have to do: `/v1/tasks`.
package struct TasksAPI: Sendable {
    private let tasks: TaskBook

    package init(tasks: TaskBook) {
        self.tasks = tasks
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("listTasks", .get, "/v1/tasks", limit: .api, .signedIn(list), keys: .workRead)
                .query(
                    .optional("client", .identifier), .optional("assignedTo", .identifier),
                    .optional("state", .choice(TaskQuery.State.self)), .optional("limit", .integer),
                    .optional("cursor", .text)
                )
                .answers(.json(.page(of: .task)))
                .refuses(.invalidCursor),
            Route("createTask", .post, "/v1/tasks", limit: .api, .signedIn(create), keys: .workWrite)
                .reads([.optional("clientId", .identifier)] + Self.fields)
                .answers(.json(.task, .created)),
            Route("getTask", .get, "/v1/tasks/{id}", limit: .api, .signedIn(get), keys: .workRead)
                .answers(.json(.task)),
            Route("changeTask", .patch, "/v1/tasks/{id}", limit: .api, .signedIn(change), keys: .workWrite)
                .reads(Self.fields)
                .answers(.json(.task))
                .refuses(.versionMismatch),
            Route("removeTask", .delete, "/v1/tasks/{id}", limit: .api, .signedIn(remove), keys: .workWrite)
                .answers(.noContent)
                .refuses(.versionMismatch),
            Route("completeTask", .post, "/v1/tasks/{id}/complete", limit: .api, .signedIn(complete), keys: .workWrite)
                .reads(orNothing: true)
                .answers(.json(.task)),
            Route("reopenTask", .post, "/v1/tasks/{id}/reopen", limit: .api, .signedIn(reopen), keys: .workWrite)
                .reads(orNothing: true)
                .answers(.json(.task)),
        ]
    }

    private static let fields: [RouteField] = [
        .optional("type", .text), .optional("name", .text), .optional("note", .text),
        .optional("assignedTo", .identifier), .optional("dueDay", .text), .optional("dueTime", .text),
        .optional("timeZone", .text), .optional("reminderMinutes", .integer),
        .optional(
            "repeat",
            .object(
                JSONShape(
                    "TaskRepeatDraft",
                    [.required("frequency", .text), .optional("interval", .integer), .optional("until", .text)]))),
    ]

    /// `GET /v1/tasks`: what the caller sees, the soonest due first; of what is done the last completed.
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        var fields = signedIn.call.query
        var query = TaskQuery()
        query.client = fields.identifier("client", ClientID.self)
        query.assignedTo = fields.identifier("assignedTo", AccountID.self)
        query.state = fields.choice("state", TaskQuery.State.self) ?? .open
        query.limit = fields.integer("limit", in: 1...100, default: query.limit)
        query.cursor = fields.text("cursor", upTo: 2048)
        try fields.finish()
        switch try await tasks.list(signedIn.scope, query) {
        case .page(let items, let next): return ClientsAPI.page(items, next)
        case .invalidCursor: throw Problem(.invalidCursor)
        }
    }

    /// `POST /v1/tasks` `{name, type?, note?, clientId?, assignedTo?, dueDay? | dueTime? + timeZone?, reminderMinutes?, repeat?}`.
    @Sendable private func create(_ signedIn: SignedInCall) async throws -> Response {
        let patch = try await signedIn.call.decode(TaskPatch.self)
        return try Self.answer(try await tasks.create(signedIn.scope, patch), .created)
    }

    /// `GET /v1/tasks/{id}`.
    @Sendable private func get(_ signedIn: SignedInCall) async throws -> Response {
        try Self.answer(try await tasks.get(signedIn.scope, try signedIn.call.identifier(WorkTaskID.self)))
    }

    /// `PATCH /v1/tasks/{id}`: what the body names. With `If-Match` only that version.
    @Sendable private func change(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(WorkTaskID.self)
        let versions = ClientsAPI.expectedVersions(signedIn.call)
        let patch = try await signedIn.call.decode(TaskPatch.self)
        return try Self.answer(try await tasks.change(signedIn.scope, id, patch, expectedVersions: versions))
    }

    /// `DELETE /v1/tasks/{id}`. With `If-Match` only that version.
    @Sendable private func remove(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(WorkTaskID.self)
        let versions = ClientsAPI.expectedVersions(signedIn.call)
        _ = try Self.answer(try await tasks.remove(signedIn.scope, id, expectedVersions: versions))
        return Response(status: .noContent)
    }

    /// `POST /v1/tasks/{id}/complete`: done, by the caller, now. `nextTaskId` is the task that comes of it.
    @Sendable private func complete(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(WorkTaskID.self)
        try await signedIn.call.noFields()
        return try Self.answer(try await tasks.complete(signedIn.scope, id))
    }

    /// `POST /v1/tasks/{id}/reopen`.
    @Sendable private func reopen(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(WorkTaskID.self)
        try await signedIn.call.noFields()
        return try Self.answer(try await tasks.reopen(signedIn.scope, id))
    }

    private static func answer(
        _ outcome: TaskBook.Outcome, _ status: HTTPResponse.Status = .ok
    ) throws -> Response {
        switch outcome {
        case .done(let task, let clock):
            var response = Response.json(status, capacity: 768) { task.write(to: &$0, clock) }
            response.headers[.eTag] = "\"\(task.version)\""
            if status == .created { response.headers[.location] = "/v1/tasks/\(task.id)" }
            return response
        case .invalid(let problems): throw Problem(problems)
        case .versionMismatch: throw Problem(.versionMismatch)
        case .notFound: throw Problem(.notFound)
        }
    }
}

extension JSONShape {
    /// A task.
    static let task = JSONShape(
        "Task",
        [
            .required("id", .identifier), .required("type", .choice(WorkTask.Kind.self)), .required("name", .text),
            .required("note", .text), .nullable("clientId", .identifier), .nullable("clientName", .text),
            .required("assignedTo", .identifier), .required("createdBy", .identifier), .nullable("dueDay", .text),
            .nullable("dueTime", .text), .nullable("timeZone", .text), .nullable("dueAt", .moment),
            .nullable("reminderMinutes", .integer),
            .nullable(
                "repeat",
                .object(
                    JSONShape(
                        "TaskRepeat",
                        [
                            .required("frequency", .choice(TaskRepeat.Frequency.self)), .required("interval", .integer),
                            .nullable("until", .text),
                        ]))),
            .required("isCompleted", .flag), .nullable("completedAt", .moment), .nullable("completedBy", .identifier),
            .nullable("nextTaskId", .identifier), .required("isOverdue", .flag), .required("createdAt", .moment),
            .required("updatedAt", .moment), .required("version", .integer),
        ])
}
