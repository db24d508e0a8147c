import Identity
import SecurityEvents
import Storage

/// The schema that the tables of limits and locks stand in.
enum GateSchema {
    static var migrator: Migrator {
        Migrator(IdentitySchema.migrations + SecurityEventsSchema.migrations + OutboxSchema.migrations)
    }
}
