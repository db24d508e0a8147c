import Accounts
import Core
import Foundation
import HTTPTypes
import Identity
import NIOCore
import Storage
import TestSupport
import Testing

@testable import Web

/// Walks every table and every route with records of somebody else: nothing of them may be read, counted, found, guessed from an answer or from
/// what it cost, or changed.
///
/// Whoever adds a route says what it is in `ScopeWalk+Routes.swift`, whoever adds a table in `ScopeWalk+Tables.swift`, and has
/// ``WalkOffice/furnish(_:mark:number:by:)`` make a record of it.
@Suite struct `the scope walk` {
    @Test(arguments: DatabaseKind.available)
    func `knows every table, and what becomes of it in a merge`(kind: DatabaseKind) async throws {
        try await WalkOffice.open(on: kind) { walk in
            let there = try await ScopeWalk.catalogue(walk.office.gate.database)
            for table in there.subtracting(ScopeWalk.tables.keys).sorted() {
                Issue.record(
                    """
                    The table \(table) is not in the scope walk. Add it to ScopeWalk+Tables.swift: by which column its rows belong to a client \
                    or a person (then have WalkOffice.furnish make one for each), or why they are nobody's.
                    """)
            }
            let gone = Set(ScopeWalk.tables.keys).subtracting(there).subtracting(["client_trigram"])
            #expect(gone.isEmpty, "There are no such tables any more: \(gone.sorted())")
            for table in try await ScopeWalk.tablesNamingClients(walk.office.gate.database).sorted() {
                guard case .ofClients = ScopeWalk.tables[table] else {
                    Issue.record(
                        "\(table) refers to clients: say in ScopeWalk+Tables.swift that it is .ofClients, and have a merge move its rows."
                    )
                    continue
                }
            }
        }
    }

    @Test func `knows every route, and names another's records in whatever it takes`() async throws {
        try await WalkOffice.open(on: .sqlite) { walk in
            let names = WalkNames().nobody(walk.office.clock.world)
            for route in walk.office.routes {
                guard let walked = ScopeWalk.routes[route.name] else {
                    Issue.record(
                        """
                        The route \(route.name) (\(route.method) \(route.path)) is not in the scope walk. Add it to ScopeWalk+Routes.swift: calls that \
                        name another's records in its path, query and body, or why there is no way to name one.
                        """)
                    continue
                }
                let calls = walked.calls(names)
                if route.path.contains("{id}"), !calls.contains(where: { !$0.id.isEmpty }) {
                    Issue.record("\(route.name): no call of the scope walk has somebody else's id in the path")
                }
                for field in ScopeWalk.namingFields(route.body ?? [])
                where !calls.contains(where: { $0.json?.contains("\"\(field)\"") == true }) {
                    Issue.record("\(route.name): no call of the scope walk gives the member \(field)")
                }
                guard !walked.hiddenFrom.isEmpty else { continue }
                for field in route.query
                where !calls.contains(where: { $0.query.contains("\(field.name)=") }) {
                    Issue.record("\(route.name): no call of the scope walk gives the parameter \(field.name)")
                }
            }
            let gone = Set(ScopeWalk.routes.keys).subtracting(walk.office.routes.map(\.name))
            #expect(gone.isEmpty, "There are no such routes any more: \(gone.sorted())")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `finds nothing of somebody else in any answer, number, time or change`(kind: DatabaseKind) async throws {
        try await WalkOffice.open(on: kind) { walk in
            let bob = try await walk.furnish(walk.bob, mark: "bobqzxw", number: 1)
            let lea = try await walk.furnish(walk.lender, mark: "leaqzxw", number: 2, by: walk.owner)
            let watchers = [(walk.bob, bob), (walk.lender, lea)]
            try await walk.settle()
            var before: [[String: String]] = []
            for (visitor, own) in watchers { before.append(try await walk.overview(of: visitor, own)) }
            // From here on there is somebody else, with the same names, numbers and addresses.
            let ann = try await walk.furnish(walk.ann, mark: "annqzxw", number: 3)
            try await walk.settle()
            for ((visitor, own), earlier) in zip(watchers, before) {
                let now = try await walk.overview(of: visitor, own)
                for (call, answer) in now.sorted(by: { $0.key < $1.key }) {
                    #expect(answer == earlier[call], "\(call) changed with somebody else's records")
                    for secret in ann.secrets { #expect(!answer.contains(secret), "\(call) tells \(secret)") }
                }
            }
            let rows = try await walk.rows(of: ann)
            for (table, dump) in rows where ScopeWalk.isFurnished(table) {
                #expect(!dump.isEmpty, "WalkOffice.furnish makes nothing in \(table)")
            }
            let cursor = try await walk.ann.get("/v1/clients?limit=1").string("page", "nextCursor") ?? ""
            for (visitor, own, role) in [
                (walk.bob, bob, Role.agent), (walk.lender, lea, .lender), (walk.owner, bob, .owner),
            ] {
                for names in WalkNames.of(ann, number: 3, cursor: cursor, for: own) {
                    try await walk.callEverything(as: visitor, role, names, secrets: ann.secrets)
                }
            }
            let after = try await walk.rows(of: ann)
            for (table, dump) in rows { #expect(after[table] == dump, "\(table): somebody else's rows were changed") }
        }
    }
}

/// The registers of the walk and what it asks the databases.
enum ScopeWalk {
    /// The tables of the schema, as the database itself names them.
    static func catalogue(_ database: any Database) async throws -> Set<String> {
        let rows = try await database.rows(
            database.dialect == .sqlite
                ? """
                SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite@_%' ESCAPE '@'
                    AND name NOT LIKE 'client@_trigram@_%' ESCAPE '@'
                """
                : """
                SELECT relname::text AS name FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                WHERE nspname = current_schema() AND relkind IN ('r', 'p') AND NOT relispartition
                """)
        return Set(try rows.map { try $0.get("name") })
    }

    /// The tables that refer to the table `client`.
    static func tablesNamingClients(_ database: any Database) async throws -> Set<String> {
        let rows = try await database.rows(
            database.dialect == .sqlite
                ? """
                SELECT DISTINCT sqlite_master.name AS name FROM sqlite_master
                CROSS JOIN pragma_foreign_key_list(sqlite_master.name) AS reference
                WHERE sqlite_master.type = 'table' AND reference."table" = 'client'
                """
                : """
                SELECT DISTINCT referring.relname::text AS name FROM pg_constraint
                JOIN pg_class AS referring ON referring.oid = conrelid
                WHERE contype = 'f' AND confrelid = to_regclass('client')
                """)
        return Set(try rows.map { try $0.get("name") })
    }

    /// The members in which a record can be named: identifiers, at whatever depth.
    static func namingFields(_ fields: [RouteField]) -> [String] {
        func isNaming(_ kind: ValueKind) -> [String]? {
            switch kind {
            case .identifier: return []
            case .list(let item): return isNaming(item)
            case .object(let shape):
                let inside = namingFields(shape.members)
                return inside.isEmpty ? nil : inside
            case .text, .integer, .number, .flag, .moment, .choice, .foreign: return nil
            }
        }
        return fields.flatMap { field in isNaming(field.kind).map { [field.name] + $0 } ?? [] }
    }

    static func isFurnished(_ table: String) -> Bool {
        switch tables[table] {
        case .ofClients, .ofPeople(_, furnished: true): return true
        case .ofPeople, .others, nil: return false
        }
    }
}

extension WalkOffice {
    /// What a person sees of their own: every list and figure that names nobody else, with the orders and filters that they take.
    func overview(of visitor: Visitor, _ own: Furniture) async throws -> [String: String] {
        // Events and sessions are one's own too, but change with the walk itself. Figures of the server are nobody's, listings everybody's.
        let others: Set<String> = [
            "exportClients", "listEvents", "streamEvents", "metrics", "health", "ready", "me", "verify", "listSessions",
            "exportOwnData", "listListings",
            "exportOwnData", "today",
        ]
        var answers: [String: String] = [:]
        for route in office.routes
        where route.method == .get && !route.path.contains("{") && !others.contains(route.name)
            && ScopeWalk.routes[route.name]?.matter != "for strangers"
        {
            answers[route.path] = try await visitor.get(route.path).text
        }
        let queries = ClientQueries.all(own.mark) + ["search=same", "search=all@example.com", "search=5550199"]
        for query in queries { answers["?" + query] = try await visitor.get("/v1/clients?\(query)").text }
        for id in own.clients {
            answers[id] = try await visitor.get("/v1/clients/\(id)").text
            answers[id + " timeline"] = try await visitor.get("/v1/clients/\(id)/timeline").text
            answers[id + " history"] = try await visitor.get("/v1/clients/\(id)/history").text
        }
        return answers
    }

    private enum ClientQueries {
        static func all(_ mark: String) -> [String] {
            ["createdAt", "updatedAt", "lastActivityAt", "lastName"].flatMap { ["sort=\($0)", "sort=-\($0)&limit=2"] }
                + ["stage=Walked", "tag=common", "tag=\(mark)", "source=\(mark)", "search=\(mark)", "search=common"]
        }
    }

    /// Calls every route with the names of somebody else's records and with those of records that there are not.
    func callEverything(as visitor: Visitor, _ role: Role, _ names: WalkNames, secrets: [String]) async throws {
        for route in office.routes {
            guard let walked = ScopeWalk.routes[route.name], walked.hiddenFrom.contains(role) else { continue }
            let nobody = names.nobody(office.clock.world)
            for (call, twin) in zip(walked.calls(names), walked.calls(nobody)) {
                let told = "\(role) \(route.method) \(route.path) \(call.id) \(call.query) \(call.json ?? "")"
                let (answer, cost) = try await send(call, to: route, as: visitor)
                for secret in secrets where answer.text.contains(secret) {
                    let isOwnWord =
                        call.query.contains(secret) || call.json?.contains(secret) == true || call.id == secret
                    #expect(isOwnWord, "\(told) tells \(secret)")
                }
                #expect(answer.status.code < 500, "\(told): \(answer.text)")
                if call.isTold { continue }
                let (other, otherCost) = try await send(twin, to: route, as: visitor)
                #expect(
                    plain(answer, names) == plain(other, nobody), "\(told) is not answered like what is not there")
                #expect(cost == otherCost, "\(told) costs other than what is not there")
            }
        }
    }

    /// The answer, and how many statements and round trips it took.
    private func send(_ call: WalkCall, to route: Route, as visitor: Visitor) async throws -> (Answer, [Int]) {
        let path = route.path.replacing("{id}", with: call.id).replacing("{key}", with: call.id) + call.query
        let before = [database.statements, database.roundTrips]
        let answer =
            if let file = call.file {
                try await visitor.send(
                    route.method, path, body: ByteBuffer(string: file), headers: ["Content-Type": call.fileType])
            } else {
                try await visitor.send(route.method, path, json: call.json, headers: call.headers)
            }
        return (answer, zip([database.statements, database.roundTrips], before).map { $0 - $1 })
    }

    /// The answer without what differs from request to request, and with a word for each name that was given.
    private func plain(_ answer: Answer, _ names: WalkNames) -> String {
        var text = answer.text
        for (value, name) in names.placeholders where !value.isEmpty { text = text.replacing(value, with: "‹\(name)›") }
        let ids = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/
        let headers = ["ETag", "Location", "Content-Location", "Retry-After", "Allow"].map { name in
            "\(name): \(answer.header(name)?.replacing(ids, with: "‹id›") ?? "")"
        }
        return ([String(answer.status.code)] + headers + [text.replacing(ids, with: "‹id›")]).joined(separator: "\n")
    }

    /// The rows of a person in each table that has such, as texts.
    func rows(of person: Furniture) async throws -> [String: [String]] {
        var dump: [String: [String]] = [:]
        for (table, walked) in ScopeWalk.tables {
            switch walked {
            case .ofClients(let column, _):
                dump[table] = try await rows(of: table, where: column, isAmong: person.allClients)
            case .ofPeople(let column, _):
                dump[table] = try await rows(of: table, where: column, isAmong: [person.account])
            case .others: break
            }
        }
        return dump
    }

    private func rows(of table: String, where column: String, isAmong ids: [String]) async throws -> [String] {
        let database = office.gate.database
        let list = ids.compactMap { ClientWord($0) }.map { "\($0)" as SQL }.joined(separator: ", ")
        let name = SQL(stringLiteral: table)
        let condition: SQL = "\(SQL(stringLiteral: column)) IN (\(list))"
        guard database.dialect == .sqlite else {
            return try await database.rows("SELECT walked::text AS line FROM \(name) AS walked WHERE \(condition)")
                .map { try $0.get("line", as: String.self) }.sorted()
        }
        let columns = try await database.rows("SELECT name FROM pragma_table_info(\(table))")
            .map { try $0.get("name", as: String.self) }
        let line = columns.map { "quote(\($0))" }.joined(separator: " || ' ' || ")
        return try await database.rows("SELECT \(SQL(stringLiteral: line)) AS line FROM \(name) WHERE \(condition)")
            .map { try $0.get("line", as: String.self) }.sorted()
    }

    private typealias ClientWord = Identifier<WalkOffice>
}
