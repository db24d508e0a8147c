package import Core
package import SecurityEvents
package import Storage

/// Writes the events of the front: refusals, which tell of no change.
package struct RefusalLog: Sendable {
    private let database: any Database
    private let recorder: EventRecorder
    /// For the event's moment and identity.
    package let world: World

    package init(database: any Database, recorder: EventRecorder, world: World) {
        self.database = database
        self.recorder = recorder
        self.world = world
    }

    /// Writes `event` in a transaction of its own.
    package func record(_ event: Event) async throws {
        let recorder = recorder
        try await database.transaction { sql in try recorder.record(event, in: sql) }
    }
}
