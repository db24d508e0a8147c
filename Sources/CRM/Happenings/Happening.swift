package import Core
import Crypto
package import Storage

/// Something has happened with a record of the brokerage, told to whoever has asked for it: which record, and nothing that is in it. Whoever hears of
/// it fetches the record as what they are, so no reach is lost on the way.
package struct Happening: Sendable, Hashable {
    /// Everything that is told; the raw value is the `type` of a webhook.
    package enum Kind: String, Sendable, CaseIterable {
        case clientCreated = "client.created"
        case clientUpdated = "client.updated"
        /// Into the trash, or erased.
        case clientDeleted = "client.deleted"
        case clientRestored = "client.restored"
        /// Another client was merged into this one.
        case clientMerged = "client.merged"
        /// An import has ended: told once, however many clients it brought.
        case clientsImported = "clients.imported"
        /// Many were changed at once: by a bulk change, by taking one or an import back, or because somebody left.
        case clientsChanged = "clients.changed"
        case noteCreated = "note.created"
        case callCreated = "call.created"
        case textCreated = "text.created"
        case emailCreated = "email.created"
        case enquiryCreated = "enquiry.created"
        case taskCreated = "task.created"
        case taskUpdated = "task.updated"
        case taskCompleted = "task.completed"
        case taskDeleted = "task.deleted"
        case appointmentCreated = "appointment.created"
        case appointmentUpdated = "appointment.updated"
        case appointmentDeleted = "appointment.deleted"
        case dealCreated = "deal.created"
        case dealUpdated = "deal.updated"
        case dealStageChanged = "deal.stage_changed"
        case dealDeleted = "deal.deleted"
        case listingCreated = "listing.created"
        case listingUpdated = "listing.updated"
    }

    /// The identity of one happening, the same at whatever receiver.
    package let id: HappeningID
    package let kind: Kind
    package let at: Timestamp
    /// The identities, as the text of a JSON object.
    package let data: String

    /// What happened at `now` with the record `id`, which is at `version` now. `others` names records that have a part in it, such as `clientId`.
    ///
    /// The identity follows from all that, so no happening is made twice in one transaction.
    package init<Entity>(
        _ kind: Kind, _ id: Identifier<Entity>, version: Int64? = nil, at now: Timestamp,
        others: KeyValuePairs<StaticString, String?> = [:]
    ) {
        self.kind = kind
        at = now
        var json = JSONWriter(capacity: 128)
        json.object { object in
            object.member("id", id)
            if let version { object.member("version", version) }
            for (name, value) in others { object.member(name, value) }
        }
        data = String(decoding: json.bytes, as: UTF8.self)
        let digest = SHA256.hash(data: Array("\(kind.rawValue) \(now.milliseconds) \(data)".utf8))
        self.id = HappeningID(at: now, random: Array(digest.prefix(10)))
    }

    /// Tells it in the transaction behind `session`; nothing is written unless somebody has asked for its kind.
    package func tell(in session: any SQLSession) throws { try Self.tell([self], in: session) }

    /// Tells them all, in one statement for each hundred.
    package static func tell(_ all: [Happening], in session: any SQLSession) throws {
        for start in stride(from: 0, to: all.count, by: toldAtOnce) {
            let selects = all[start..<min(start + toldAtOnce, all.count)].map { told in
                """
                SELECT \(told.id), \(told.kind.rawValue), \(told.at), \(told.data)
                WHERE EXISTS (SELECT 1 FROM happening_follower WHERE type IN (\(told.kind.rawValue), \(everything)))
                """ as SQL
            }
            try session.run(
                """
                INSERT INTO happening (id, type, at, data) \(selects.joined(separator: " UNION ALL "))
                ON CONFLICT (id) DO NOTHING
                """)
        }
    }

    /// What stands in the place of a type for whoever follows all of them.
    package static let everything = "*"
    private static let toldAtOnce = 100

    /// `happening` holds what was told and not passed on yet; `happening_follower` who wants what.
    package static var migration: Migration {
        Migration(
            220, "happenings",
            [
                """
                CREATE TABLE happening (
                    id \(.identifier) PRIMARY KEY,
                    type TEXT NOT NULL,
                    at BIGINT NOT NULL,
                    data TEXT NOT NULL
                )
                """,
                """
                CREATE TABLE happening_follower (
                    type TEXT NOT NULL,
                    follower_id \(.identifier) NOT NULL,
                    PRIMARY KEY (type, follower_id)
                )
                """,
            ])
    }
}

/// Marks identities of happenings.
package enum HappeningEntity {}

/// The identity of one happening.
package typealias HappeningID = Identifier<HappeningEntity>
