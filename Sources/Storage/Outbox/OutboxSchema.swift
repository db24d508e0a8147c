/// The table of the outbox. Numbers 200 to 209.
package enum OutboxSchema {
    /// The steps in order.
    package static var migrations: [Migration] {
        [
            Migration(
                200, "outbox",
                [
                    """
                    CREATE TABLE outbox (
                        id \(.identifier) PRIMARY KEY,
                        kind TEXT NOT NULL,
                        cause TEXT NOT NULL UNIQUE,
                        subject TEXT NOT NULL,
                        payload \(.bytes),
                        state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
                        created_at BIGINT NOT NULL,
                        due_at BIGINT NOT NULL,
                        leased_until BIGINT,
                        attempts BIGINT NOT NULL,
                        settled_at BIGINT,
                        last_error TEXT
                    )
                    """,
                    "CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'waiting'",
                    "CREATE INDEX outbox_settled ON outbox (settled_at) WHERE state <> 'waiting'",
                ]),
            // So that the dead can be counted without a look at all that was sent.
            Migration(201, "outbox dead", ["CREATE INDEX outbox_dead ON outbox (kind) WHERE state = 'dead'"]),
        ]
    }
}
