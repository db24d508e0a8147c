import Core
package import Storage

/// What can be handed on from the sealed log, in its order.
package protocol LogCargo: Sendable {
    /// The place up to which a receiver has everything once it has this.
    var lastSequence: Int64 { get }
    /// What stands after `sequence`, the oldest first.
    static func after(_ sequence: Int64, limit: Int, in database: any Database) async throws -> [Self]
}

/// Where the pieces go: a file, a socket, somebody's server.
package protocol LogReceiver<Cargo>: Sendable {
    associatedtype Cargo: LogCargo
    /// Returns when the receiver has `pieces` for good; throws when it may not have, and then gets them again.
    func take(_ pieces: [Cargo]) async throws
}

/// Hands the sealed log on, piece by piece and in order, and remembers in the database how far it came: a restart loses nothing, and
/// of several nodes one hands on at a time. What a crash leaves in doubt is handed on twice.
package struct Shipment<Cargo: LogCargo>: Sendable {
    private static var batch: Int { 500 }
    /// Longer than a receiver may take.
    private static var lease: Duration { .minutes(2) }

    private let name: String
    private let database: any Database
    private let world: World
    private let startsNow: Bool
    private let holder: Identifier<Cargo>

    /// With `startsNow` the first turn of all begins at the end of the log, else at its beginning.
    init(name: String, database: any Database, world: World, startsNow: Bool = false) {
        self.name = name
        self.database = database
        self.world = world
        self.startsNow = startsNow
        holder = world.identifier()
    }

    /// Hands on what waits, at most a batch; how many pieces. Throws what the receiver throws.
    package func ship(to receiver: some LogReceiver<Cargo>) async throws -> Int {
        var done = try await position()
        if done == nil { done = try await start() }
        guard try await !Cargo.after(done ?? 0, limit: 1, in: database).isEmpty, let from = try await begin() else {
            return 0
        }
        let pieces = try await Cargo.after(from, limit: Self.batch, in: database)
        guard let last = pieces.last?.lastSequence else { return 0 }
        try await receiver.take(pieces)
        let (name, holder) = (name, holder)
        _ = try await database.transaction { sql in
            try sql.changes(
                """
                UPDATE security_shipment SET sequence = \(last), leased_until = 0
                WHERE name = \(name) AND holder = \(holder) AND sequence < \(last)
                """)
        }
        return pieces.count
    }

    /// Up to where the receiver has everything; `nil` when nothing was handed on yet.
    package func position() async throws -> Int64? {
        try await database.rows("SELECT sequence FROM security_shipment WHERE name = \(name)").first?.get("sequence")
    }

    /// Where the first turn of all begins.
    private func start() async throws -> Int64 {
        guard startsNow else { return 0 }
        let name = name
        try await database.transaction { sql in
            try sql.run(
                """
                INSERT INTO security_shipment (name, sequence, leased_until)
                SELECT \(name), COALESCE(MAX(sequence), 0), 0 FROM security_log WHERE 1 = 1
                ON CONFLICT (name) DO NOTHING
                """)
        }
        return try await position() ?? 0
    }

    /// Takes the turn; `nil` when another node has it.
    private func begin() async throws -> Int64? {
        let (name, holder, now) = (name, holder, world.now())
        let until = now + Self.lease
        return try await database.transaction { sql in
            try sql.run(
                """
                INSERT INTO security_shipment (name, sequence, leased_until) VALUES (\(name), 0, 0)
                ON CONFLICT (name) DO NOTHING
                """)
            return try sql.row(
                """
                UPDATE security_shipment SET holder = \(holder), leased_until = \(until)
                WHERE name = \(name) AND (leased_until <= \(now) OR holder = \(holder)) RETURNING sequence
                """)?.get("sequence")
        }
    }
}

extension Checkpoint: LogCargo {
    /// Checkpoints, the oldest first.
    package static func after(_ sequence: Int64, limit: Int, in database: any Database) async throws -> [Checkpoint] {
        try await database.rows(
            """
            SELECT \(columns) FROM security_checkpoint WHERE last_sequence > \(sequence)
            ORDER BY last_sequence LIMIT \(limit)
            """
        ).map(Checkpoint.init)
    }
}

extension SealedEvent: LogCargo {
    package var lastSequence: Int64 { sequence }

    /// Events, the one sealed first first.
    package static func after(_ sequence: Int64, limit: Int, in database: any Database) async throws -> [SealedEvent] {
        try await database.rows(
            """
            SELECT s.sequence, \(EventCanon.columns) FROM security_seal s JOIN security_event e ON e.id = s.event_id
            WHERE s.sequence > \(sequence) ORDER BY s.sequence LIMIT \(limit)
            """
        ).map { SealedEvent(sequence: try $0.get("sequence"), event: try RecordedEvent($0)) }
    }
}
