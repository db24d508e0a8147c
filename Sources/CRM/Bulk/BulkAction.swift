package import Core

/// What a bulk change does to each client.
package enum BulkAction: Sendable, Hashable {
    case addTags([String])
    case removeTags([String])
    case stage(String)
    /// To nobody for `nil`.
    case assign(AccountID?)
    case share([AccountID])
    case unshare([AccountID])
    /// Into the trash.
    case delete

    /// The names in the API, that of ``delete`` aside, which has a call of its own.
    package enum Name: String, Sendable, CaseIterable {
        case addTags, removeTags, stage, assign, share, unshare, delete
    }

    /// Its name.
    package var name: Name {
        switch self {
        case .addTags: return .addTags
        case .removeTags: return .removeTags
        case .stage: return .stage
        case .assign: return .assign
        case .share: return .share
        case .unshare: return .unshare
        case .delete: return .delete
        }
    }
}

extension BulkAction: CanonicalJSON {
    private enum CodingKeys: String, CodingKey {
        case action, tags, stage, assignedTo, collaborators
    }

    /// Reads the form of ``write(to:)``.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let text = try container.decode(String.self, forKey: .action)
        guard let name = Name(rawValue: text) else {
            throw DecodingError.dataCorruptedError(forKey: .action, in: container, debugDescription: "no action")
        }
        switch name {
        case .addTags: self = .addTags(try container.decode([String].self, forKey: .tags))
        case .removeTags: self = .removeTags(try container.decode([String].self, forKey: .tags))
        case .stage: self = .stage(try container.decode(String.self, forKey: .stage))
        case .assign: self = .assign(try container.decodeIfPresent(AccountID.self, forKey: .assignedTo))
        case .share: self = .share(try container.decode([AccountID].self, forKey: .collaborators))
        case .unshare: self = .unshare(try container.decode([AccountID].self, forKey: .collaborators))
        case .delete: self = .delete
        }
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writeMembers(to: &$0) }
    }

    /// Writes its members among others.
    func writeMembers(to object: inout JSONWriter) {
        object.member("action", name.rawValue)
        switch self {
        case .addTags(let tags), .removeTags(let tags):
            object.key("tags")
            object.json(trusted: StoredList(tags).json)
        case .stage(let stage): object.member("stage", stage)
        case .assign(let account): object.member("assignedTo", account)
        case .share(let accounts), .unshare(let accounts):
            object.key("collaborators")
            object.json(trusted: StoredList(accounts).json)
        case .delete: break
        }
    }
}

/// A bulk change as a caller asks for it; nothing in it is checked yet.
package struct BulkOrder: Sendable, Decodable {
    /// The name of the action.
    package var action: String?
    package var tags: [String]?
    package var stage: String?
    /// To nobody only when that was said.
    package var assignedTo: Change<AccountID> = .keep
    package var collaborators: [AccountID]?
    /// To which clients: a filter, or identities.
    package var filter: FilterNode?
    package var ids: [ClientID]?

    /// An order without anything yet.
    package init(_ action: BulkAction.Name? = nil) { self.action = action?.rawValue }

    private enum CodingKeys: String, CodingKey {
        case action, tags, stage, assignedTo, collaborators, filter, ids
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        action = try container.decodeIfPresent(String.self, forKey: .action)
        tags = try container.decodeIfPresent([String].self, forKey: .tags)
        stage = try container.decodeIfPresent(String.self, forKey: .stage)
        if container.contains(.assignedTo) {
            assignedTo = try container.decodeIfPresent(AccountID.self, forKey: .assignedTo).map { .set($0) } ?? .clear
        }
        collaborators = try container.decodeIfPresent([AccountID].self, forKey: .collaborators)
        filter = try container.decodeIfPresent(FilterNode.self, forKey: .filter)
        ids = try container.decodeIfPresent([ClientID].self, forKey: .ids)
    }
}
