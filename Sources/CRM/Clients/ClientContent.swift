import Core

/// The part of a client that people edit, decoded and checked: what a draft or a patch leads to.
struct ClientContent: Sendable, Hashable {
    var firstName = ""
    var lastName = ""
    var emails: [ContactPoint] = []
    var phones: [ContactPoint] = []
    var addresses: [PostalAddress] = []
    var stage = ""
    var source: String?
    var tags: [String] = []
    var assignedTo: AccountID?
    var collaborators: [AccountID] = []
    var price: Int64?
    var background = ""
    var details = ClientDetails()

    /// A client of whom nothing is known yet.
    init() {}

    /// The content of a stored client.
    init(_ client: Client) throws {
        firstName = client.firstName
        lastName = client.lastName
        emails = try client.emails.elements()
        phones = try client.phones.elements()
        addresses = try client.addresses.elements()
        stage = client.stage
        source = client.source
        tags = try client.tags.elements()
        assignedTo = client.assignedTo
        collaborators = try client.collaborators.elements()
        price = client.price
        background = client.background
        details = try client.details.value()
    }

    /// The content after `patch`, and everything that is wrong with the patch.
    ///
    /// Fields that the patch leaves alone are not checked again: a client stored under an older rule stays editable.
    func applying(_ patch: ClientPatch, in edit: ClientEdit) -> (content: ClientContent, problems: [FieldProblem]) {
        var check = FieldCheck()
        var content = self
        content.firstName = patch.firstName.applied(to: firstName, cleared: "") { check.line($0, "firstName", 100) }
        content.lastName = patch.lastName.applied(to: lastName, cleared: "") { check.line($0, "lastName", 100) }
        content.emails = patch.emails.applied(to: emails, cleared: []) { check.emails($0) }
        content.phones = patch.phones.applied(to: phones, cleared: []) {
            check.phones($0, in: edit.home, known: phones)
        }
        content.addresses = patch.addresses.applied(to: addresses, cleared: []) { check.addresses($0) }
        content.tags = patch.tags.applied(to: tags, cleared: []) { check.tags($0) }
        content.stage = patch.stage.applied(to: stage, cleared: "") { check.line($0, "stage", 100) }
        content.source = patch.source.applied(to: source, cleared: nil) { text in
            let line = check.line(text, "source", 100)
            return line.isEmpty ? nil : line
        }
        content.assignedTo = patch.assignedTo.applied(to: assignedTo, cleared: nil) { $0 }
        content.collaborators = patch.collaborators.applied(to: collaborators, cleared: []) { check.collaborators($0) }
        content.price = patch.price.applied(to: price, cleared: nil) { check.price($0) }
        content.background = patch.background.applied(to: background, cleared: "") {
            check.paragraphs($0, "background", 20_000)
        }
        content.details = details.applying(patch, in: edit, &check)
        if let least = content.price, let most = content.details.priceMax, most < least {
            check.refuse("priceMax", .outOfRange, "Give a price that is not below the other one.")
        }
        check.stage(content.stage)
        check.someone(content)
        return (content, check.problems)
    }

    /// The identities of active accounts that this content needs and `before` did not name yet.
    func newAccounts(since before: ClientContent?) -> Set<AccountID> {
        let known = Set(before?.collaborators ?? []).union(before?.assignedTo.map { [$0] } ?? [])
        return Set(collaborators).union(assignedTo.map { [$0] } ?? []).subtracting(known)
    }
}
