import Accounts
import CRM
import Core
import Storage

/// What a mail says, before the merge fields are filled.
struct LetterText {
    let subject: String
    let body: String

    /// The mail for one client, with what the timeline tells beside its text.
    func filled(
        for client: Client, from agent: Account, _ check: inout FieldCheck, in session: any SQLSession
    ) throws -> (text: LetterText, detail: String) {
        let keys = try CustomFieldList.presentKeys(in: session)
        let values = try MergeFields(of: client, from: agent)
        func fill(_ text: String, _ field: String) -> String {
            guard let template = TemplateText.checked(text, field, custom: keys, &check) else { return "" }
            let (filled, empty) = template.filled(values)
            if !empty.isEmpty {
                check.refuse(
                    field, .emptyMergeField,
                    "Nothing is known of this client for \(Set(empty).sorted().joined(separator: ", ")). Fill it in, or give a fallback: {{client.firstName|there}}."
                )
            }
            return filled
        }
        let line = fill(check.line(subject, "subject", 300), "subject")
        let text = fill(check.paragraphs(body, "body", 50_000), "body")
        if line.isEmpty, !subject.contains("{{") { check.refuse("subject", .required, "A mail has a subject.") }
        if text.isEmpty, !body.contains("{{") { check.refuse("body", .required, "Write something.") }
        var detail = TimelineDetail()
        detail.subject = line
        return (LetterText(subject: line, body: text), StoredObject(detail).json)
    }
}

/// Where a mail to a client goes.
enum LetterAddress {
    /// The address that was asked for, which must be one of the client's, or their primary one. None, and a problem, when they asked for no mails.
    static func chosen(_ wanted: String?, of client: Client, _ check: inout FieldCheck) throws -> EmailAddress? {
        guard try !client.details.value().refuses(.mail) else {
            check.refuse("to", .optedOut, "This client asked for no mails.")
            return nil
        }
        let addresses = try client.emails.elements()
        guard let wanted else {
            let primary = (addresses.first(where: \.isPrimary) ?? addresses.first)?.value
            if let address = primary.flatMap({ EmailAddress($0) }) { return address }
            check.refuse("to", .required, "This client has no e-mail address.")
            return nil
        }
        guard let address = EmailAddress(wanted),
            addresses.contains(where: { EmailAddress($0.value)?.text == address.text })
        else {
            check.refuse("to", .unknownChoice, "This is none of the client's addresses.")
            return nil
        }
        return address
    }

    static func name(of client: Client) -> String {
        [client.firstName, client.lastName].filter { !$0.isEmpty }.joined(separator: " ")
    }
}
