package import CRM
package import Core

/// A deal to be, or a change of one, as a caller sends it; nothing in it is checked yet. What is absent stays as it is; a list is replaced as a whole.
package struct DealDraft: Sendable, Decodable {
    /// A commission: one of the two.
    package struct CommissionDraft: Sendable, Hashable, Decodable {
        package var ratePpm: Int64?
        package var amount: Int64?
    }

    /// A client and as what they take part.
    package struct Party: Sendable, Decodable {
        package var clientId: ClientID
        package var roles: [String]
    }

    /// One item; without `id` a new one.
    package struct Item: Sendable, Decodable {
        package var id: Identifier<ChecklistItemEntity>?
        package var title: String
        package var done: Bool?
        package var due: String?
    }

    package var name: String?
    package var stageId: DealStageID?
    package var price: Change<Int64> = .keep
    package var commission: Change<CommissionDraft> = .keep
    package var split: [DealShare]?
    package var agents: [AccountID]?
    package var parties: [Party]?
    package var contacts: [OutsideParty]?
    /// Days by kind: `null` for none, `template` for the one that the template gives.
    package var dates: [String: String?]?
    package var notes: String?
    package var checklist: [Item]?

    /// What a body may name.
    package enum CodingKeys: String, CodingKey {
        case name, stageId, price, commission, split, agents, parties, contacts, dates, notes, checklist
    }

    /// A draft of a deal with that name in that stage.
    package init(name: String? = nil, stageID: DealStageID? = nil) {
        self.name = name
        stageId = stageID
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        name = try fields.decodeIfPresent(String.self, forKey: .name)
        stageId = try fields.decodeIfPresent(DealStageID.self, forKey: .stageId)
        price = try fields.change(.price)
        commission = try fields.change(.commission)
        split = try fields.decodeIfPresent([DealShare].self, forKey: .split)
        agents = try fields.decodeIfPresent([AccountID].self, forKey: .agents)
        parties = try fields.decodeIfPresent([Party].self, forKey: .parties)
        contacts = try fields.decodeIfPresent([OutsideParty].self, forKey: .contacts)
        dates = try fields.decodeIfPresent([String: String?].self, forKey: .dates)
        notes = try fields.decodeIfPresent(String.self, forKey: .notes)
        checklist = try fields.decodeIfPresent([Item].self, forKey: .checklist)
    }
}
