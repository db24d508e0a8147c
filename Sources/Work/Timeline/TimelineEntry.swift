package import CRM
package import Core

/// Marks identities of entries of timelines.
package enum TimelineEntryEntity {}

/// The identity of one entry of a client's timeline.
package typealias TimelineEntryID = Identifier<TimelineEntryEntity>

/// Marks identities of what entries are about: an appointment, a deal, a mail, a file.
package enum TimelineSubjectEntity {}

/// What an entry is about, where that has a record of its own.
package typealias TimelineSubjectID = Identifier<TimelineSubjectEntity>

/// One thing that happened with a client.
package struct TimelineEntry: Sendable, Hashable {
    /// The kinds; the raw value is what the API shows.
    package enum Kind: String, Sendable, CaseIterable {
        case note, call, text, email, enquiry, appointment, showing, deal, task, file
        /// The client was matched with a listing, or asked about one.
        case listing
        /// A step of an action plan.
        case plan
    }

    /// Who spoke to whom.
    package enum Direction: String, Sendable, CaseIterable {
        case incoming, outgoing
    }

    package let id: TimelineEntryID
    package var clientID: ClientID
    package let kind: Kind
    /// When it happened.
    package var at: Timestamp
    /// Who did it; `nil` for the client, or a program without a person.
    package var authorID: AccountID?
    /// For calls, texts and e-mails.
    package var direction: Direction?
    /// What it is about.
    package var subjectID: TimelineSubjectID?
    /// What was said, in the Markdown of ``Markup`` for notes, plain otherwise.
    package var body: String
    /// What else its kind has to tell, as the text of a JSON object.
    package var detail: String
    /// Whether it stands above the others.
    package var isPinned: Bool
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    /// From 1; every edit counts.
    package var version: Int64

    /// An entry that is written for the first time.
    package init(
        _ kind: Kind, of clientID: ClientID, id: TimelineEntryID, at: Timestamp, by authorID: AccountID?, body: String,
        detail: String = "{}", now: Timestamp
    ) {
        self.id = id
        self.clientID = clientID
        self.kind = kind
        self.at = at
        self.authorID = authorID
        self.body = body
        self.detail = detail
        isPinned = false
        createdAt = now
        updatedAt = now
        version = 1
    }

    /// The entry about something that has a record of its own.
    package func about<Entity>(_ subject: Identifier<Entity>) -> TimelineEntry {
        var entry = self
        entry.subjectID = Identifier(high: subject.high, low: subject.low)
        return entry
    }

    /// The entry as something that went to the client, or came from them.
    package func directed(_ direction: Direction?) -> TimelineEntry {
        var entry = self
        entry.direction = direction
        return entry
    }
}
