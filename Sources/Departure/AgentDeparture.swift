package import Accounts
package import CRM
package import Core
package import Credentials
package import Identity
package import SecurityEvents
import Storage
import Synchronization

/// Somebody leaves the brokerage: in one call and one transaction they can no longer sign in, and their clients have a new agent.
package struct AgentDeparture: Sendable {
    /// How far back the exports of somebody who leaves are listed.
    package static let lookBack: Duration = .days(90)
    private static let exportsPerPage = 100

    private let team: Team
    private let book: ClientBook
    private let events: EventLog
    private let recorder: EventRecorder
    private let notices: Notices
    private let world: World

    package init(
        team: Team, book: ClientBook, events: EventLog, recorder: EventRecorder, notices: Notices, world: World
    ) {
        self.team = team
        self.book = book
        self.events = events
        self.recorder = recorder
        self.notices = notices
        self.world = world
    }

    /// What became of it.
    package enum Outcome: Sendable {
        case left(Report)
        case notFound
        case forbidden
        case lastOwner
        /// Whoever is to take over does not exist, is disabled, or is the one who leaves.
        case successorUnusable
    }

    /// What the brokerage should know about the one who left.
    package struct Report: Sendable {
        package let account: Account
        /// How many clients got the successor as their agent.
        package let clients: Int
        /// What they exported lately, the newest first.
        package let exports: [RecordedEvent]
        /// The API keys of theirs that counted until now: programs that have one stop working.
        package let endedKeys: [APIKey]
    }

    /// Has `id` leave, and `successor` take over.
    package func leave(
        _ actor: TeamActor, _ id: AccountID, clientsTo successor: AccountID, from source: RequestSource
    ) async throws -> Outcome {
        let now = world.now()
        let handedOver = Mutex((clients: 0, endedKeys: [APIKey]()))
        let outcome: Team.Outcome
        do {
            outcome = try await team.leave(actor, id, to: successor, from: source) { heir, endedKeys, sql in
                guard heir.role.createsClients else { throw SuccessorUnusable() }
                let count = try book.handOver(from: id, to: successor, at: now, in: sql)
                let event = Event(
                    .clientsHandedOver, in: world, user: id, from: source,
                    detail: ["clients": String(count), "to": successor.description, "by": actor.description])
                try recorder.record(event, in: sql)
                try notices.post(
                    .clientsHandedOver, to: heir, about: event, values: ["clients": String(count)], in: sql)
                handedOver.withLock { $0 = (count, endedKeys) }
            }
        } catch is SuccessorUnusable {
            return .successorUnusable
        }
        switch outcome {
        case .done(let account):
            let (clients, endedKeys) = handedOver.withLock { $0 }
            return .left(
                Report(
                    account: account, clients: clients, exports: try await exports(of: id, now: now),
                    endedKeys: endedKeys))
        case .notFound: return .notFound
        case .forbidden: return .forbidden
        case .lastOwner: return .lastOwner
        }
    }

    private func exports(of id: AccountID, now: Timestamp) async throws -> [RecordedEvent] {
        var query = EventQuery()
        query.type = .dataExported
        query.from = now - Self.lookBack
        query.limit = Self.exportsPerPage
        var exports: [RecordedEvent] = []
        while true {
            let page = try await events.events(for: .person(id), matching: query)
            exports += page
            guard page.count == Self.exportsPerPage else { return exports }
            query.before = page.last?.id
        }
    }
}
