import Accounts
import Core
import Storage

/// What the rows of an import are read by: the importer's role, and the brokerage's stages, fields and people as they are now.
struct ImportContext: Sendable {
    /// On whose behalf rows are imported; `nil` when they may not any more, see ``refusal``.
    let scope: Scope?
    let refusal: ClientImport.Reason?
    let fields: [CustomField]
    /// The stage in which a client starts.
    let firstStage: String
    /// The stages by their folded names.
    let stages: [String: String]
    /// Who can be given clients: by e-mail address, and by folded name. `nil` for a name that two people have.
    let people: [String: AccountID?]
    /// Who gets the clients of whom the file does not say; `nil` when nobody was named, or whoever was has left.
    let standardOwner: AccountID?
    /// Who has which e-mail address, whether they still work here or not.
    let addresses: [String: AccountID]

    /// Most stages that a brokerage has; the same as ``StageList`` takes.
    static let mostStages = 50

    /// Reads it; `hasOwners` says whether rows name people.
    init(of work: ClientImport, hasOwners: Bool, in session: any SQLSession) throws {
        let importer = try AccountTable.account(work.userID, in: session)
        switch importer {
        case .some(let account) where account.status == .active:
            scope = account.role.createsClients ? work.scope(account.role) : nil
            refusal = account.role.createsClients ? nil : .roleChanged
        default: (scope, refusal) = (nil, .importerLeft)
        }
        fields = try CustomFieldTable.all(in: session)
        firstStage = try StageTable.first(in: session)
        stages = Dictionary(try StageTable.all(in: session).map { (SearchText.fold($0), $0) }) { first, _ in first }
        let accounts = hasOwners && scope?.role.seesEverything == true ? try Self.accounts(in: session) : []
        people = Self.people(accounts.filter { $0.status == .active })
        // An agent is told of nobody else.
        let known = accounts.isEmpty ? importer.map { [$0] } ?? [] : accounts
        addresses = Dictionary(known.map { ($0.email.text, $0.id) }) { first, _ in first }
        standardOwner = try work.options.assignedTo.flatMap { owner in
            try AccountTable.account(owner, in: session)?.status == .active ? owner : nil
        }
    }

    private static func accounts(in session: any SQLSession) throws -> [Account] {
        try session.rows("SELECT \(AccountTable.columns) FROM account ORDER BY id").map { try Account($0) }
    }

    private static func people(_ active: [Account]) -> [String: AccountID?] {
        var people: [String: AccountID?] = [:]
        for account in active {
            people[account.email.text] = account.id
            let name = name("\(account.firstName) \(account.lastName)")
            people[name] = people[name] == nil ? account.id : AccountID?.none
        }
        return people
    }

    /// A person's name as it is compared.
    static func name(_ text: String) -> String {
        SearchText.fold(text).split(separator: " ").joined(separator: " ")
    }

    /// Who has the address that a file gives, of those of whom the importer may know.
    func user(_ address: String) -> AccountID? { EmailAddress(address).flatMap { addresses[$0.text] } }

    /// Whom a cell of a file means, `Last, First` included.
    func person(_ cell: String) -> AccountID? {
        if let address = EmailAddress(cell), let found = people[address.text] { return found }
        if let found = people[Self.name(cell)] { return found }
        let parts = cell.split(separator: ",")
        guard parts.count == 2 else { return nil }
        return people[Self.name("\(parts[1]) \(parts[0])")] ?? nil
    }
}
