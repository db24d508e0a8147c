package import CRM
package import Core

/// Marks identities of deals.
package enum DealEntity {}

/// The identity of a deal.
package typealias DealID = Identifier<DealEntity>

/// Something that the brokerage is about to close, or has closed: what it is worth, who takes part, and which day what is due.
package struct Deal: Sendable, Hashable {
    package let id: DealID
    package var name: String
    /// Where it stands.
    package var stage: DealStage
    /// In cents; `nil` while nobody knows.
    package var price: Int64?
    package var commission: Commission?
    package var split: [DealShare]
    /// Who works on it, the first of them first.
    package var agents: [AccountID]
    /// The clients that take part, as far as the reader reaches them.
    package var parties: [DealParty]
    /// Who else takes part.
    package var contacts: [OutsideParty]
    package var dates: DealDates
    package var notes: String
    package var checklist: [ChecklistItem]
    package let createdAt: Timestamp
    package var updatedAt: Timestamp
    package var enteredStageAt: Timestamp
    /// When it was won or lost.
    package var closedAt: Timestamp?
    /// From 1; every change counts, but not another place in the same column of the board.
    package var version: Int64

    /// The commission in cents, as far as it is known.
    package var commissionAmount: Int64? { commission?.amount(of: price) }

    /// Whether somebody still works on it.
    var isOpen: Bool { stage.kind == .open }

    /// The most of each.
    static let (mostAgents, mostParties, mostContacts, mostItems, mostShares) = (20, 50, 50, 200, 20)
}

/// One part of a commission.
package struct DealShare: Sendable, Hashable, CanonicalJSON {
    /// Who gets it; the raw value is what the API shows.
    package enum Recipient: String, Sendable, CaseIterable {
        case agent, team, house
    }

    package var to: String
    /// Of an agent.
    package var userId: AccountID?
    /// Of a team.
    package var name: String?
    /// In hundredths of a percent.
    package var basisPoints: Int64

    /// Writes the share as it is stored, and as the API shows it but for the amount.
    package func write(to writer: inout JSONWriter) { writer.object { members(to: &$0) } }

    func members(to object: inout JSONWriter) {
        object.member("to", to)
        object.member("userId", userId)
        object.member("name", name)
        object.member("basisPoints", basisPoints)
    }
}

/// A client that takes part in a deal.
package struct DealParty: Sendable, Hashable {
    /// As what; the raw value is what the API shows.
    package enum Role: String, Sendable, CaseIterable {
        case buyer, coBuyer, seller, coSeller, tenant, landlord, other
    }

    package var clientID: ClientID
    package var firstName: String
    package var lastName: String
    /// At least one; several when two clients of the deal were made one.
    package var roles: [Role]
}

/// Somebody who takes part in a deal and is no client: the escrow officer, the lender, the agent of the other side.
package struct OutsideParty: Sendable, Hashable, CanonicalJSON {
    package var role: String
    package var name: String
    package var company: String?
    package var email: String?
    package var phone: String?

    /// Writes it as it is stored and as the API shows it.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("role", role)
            object.member("name", name)
            object.member("company", company)
            object.member("email", email)
            object.member("phone", phone)
        }
    }
}

/// Marks identities of items of checklists.
package enum ChecklistItemEntity {}

/// Something that has to be done for a deal.
package struct ChecklistItem: Sendable, Hashable, CanonicalJSON {
    package var id: Identifier<ChecklistItemEntity>
    package var title: String
    /// The day on which it is due.
    package var due: String?
    /// So many days after the acceptance, if its day comes from the template.
    var days: Int?
    package var doneBy: AccountID?
    /// In milliseconds since 1970; `nil` while it is not done.
    var doneAt: Int64?

    package var isDone: Bool { doneAt != nil }

    /// Writes it as it is stored.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("id", id)
            object.member("title", title)
            object.member("due", due)
            object.member("days", days.map(Int64.init))
            object.member("doneBy", doneBy)
            object.member("doneAt", doneAt)
        }
    }
}
