import CRM
import Core

/// An entry to be, or a change of one, as a caller sends it; nothing in it is checked yet. What is `nil` stays as it is.
package struct TimelineDraft: Sendable, Decodable {
    /// Of a new entry: what somebody may write by hand.
    package var kind: String?
    package var body: String?
    package var at: String?
    package var isPinned: Bool?
    package var direction: String?
    package var outcome: String?
    package var durationSeconds: Int64?
    package var subject: String?
    package var enquiryType: String?
    package var source: String?
    package var property: EnquiredProperty?
    package var mentions: [String]?

    package init(kind: TimelineEntry.Kind? = nil, body: String? = nil) {
        self.kind = kind?.rawValue
        self.body = body
    }

    /// The kinds that are written by hand; the others are told by what they are about.
    package static let kinds: [TimelineEntry.Kind] = [.note, .call, .text, .email, .enquiry]
    /// The most characters of a text.
    package static let longestBody = 50_000
    /// How far a clock may be ahead of ours.
    private static let tolerance = Duration.seconds(300)
    private static let mostMentions = 20

    /// The entry with what this changes, and everything that is wrong with it. The mentions are read, and not looked up.
    func applied(
        to entry: TimelineEntry, at now: Timestamp, _ check: inout FieldCheck
    ) -> (entry: TimelineEntry, detail: TimelineDetail) {
        var changed = entry
        var detail = (try? StoredObject<TimelineDetail>(stored: entry.detail).value()) ?? TimelineDetail()
        if let body { changed.body = check.paragraphs(body, "body", Self.longestBody) }
        if let isPinned { changed.isPinned = isPinned }
        applyMoment(to: &changed, at: now, &check)
        applyDirection(to: &changed, &check)
        applyCall(to: &detail, of: entry.kind, &check)
        applyMail(to: &detail, of: entry.kind, &check)
        applyEnquiry(to: &detail, of: entry.kind, &check)
        applyMentions(to: &detail, of: entry.kind, &check)
        let isTold = [.call, .email, .enquiry].contains(entry.kind)
        if changed.body.isEmpty, !isTold { check.refuse("body", .required, "Write something.") }
        changed.detail = StoredObject(detail).json
        return (changed, detail)
    }

    private func applyMoment(to entry: inout TimelineEntry, at now: Timestamp, _ check: inout FieldCheck) {
        guard let at else { return }
        guard let moment = Timestamp(iso8601: at), moment.milliseconds >= 0 else {
            return check.refuse("at", .invalidDate, "Give a time such as 2026-01-31T09:00:00Z.")
        }
        if moment > now + Self.tolerance {
            check.refuse("at", .outOfRange, "This cannot have happened yet. Make an appointment or a task of it.")
        }
        entry.at = min(moment, now)
    }

    private func applyDirection(to entry: inout TimelineEntry, _ check: inout FieldCheck) {
        let hasDirection = [.call, .text, .email].contains(entry.kind)
        if let direction {
            guard hasDirection else { return Self.refuse("direction", entry.kind, &check) }
            entry.direction = TimelineEntry.Direction(rawValue: direction)
            if entry.direction == nil {
                check.refuse("direction", .unknownChoice, "This is incoming or outgoing.")
            }
        } else if hasDirection, entry.direction == nil {
            entry.direction = .outgoing
        }
    }

    private func applyCall(to detail: inout TimelineDetail, of kind: TimelineEntry.Kind, _ check: inout FieldCheck) {
        if let outcome {
            guard kind == .call else { return Self.refuse("outcome", kind, &check) }
            detail.outcome = TimelineDetail.CallOutcome(rawValue: outcome)
            if detail.outcome == nil {
                let outcomes = TimelineDetail.CallOutcome.allCases.map(\.rawValue).joined(separator: ", ")
                check.refuse("outcome", .unknownChoice, "This must be one of: \(outcomes).")
            }
        }
        if let durationSeconds {
            guard kind == .call else { return Self.refuse("durationSeconds", kind, &check) }
            detail.durationSeconds = durationSeconds
            if !(0...86_400).contains(durationSeconds) {
                check.refuse("durationSeconds", .outOfRange, "A call takes between 0 and 86,400 seconds.")
            }
        }
    }

    private func applyMail(to detail: inout TimelineDetail, of kind: TimelineEntry.Kind, _ check: inout FieldCheck) {
        guard let subject else { return }
        guard kind == .email else { return Self.refuse("subject", kind, &check) }
        detail.subject = check.line(subject, "subject", 500)
    }

    private func applyEnquiry(to detail: inout TimelineDetail, of kind: TimelineEntry.Kind, _ check: inout FieldCheck) {
        if let enquiryType {
            guard kind == .enquiry else { return Self.refuse("enquiryType", kind, &check) }
            detail.enquiryType = check.line(enquiryType, "enquiryType", 100)
        }
        if let source {
            guard kind == .enquiry else { return Self.refuse("source", kind, &check) }
            detail.source = check.line(source, "source", 200)
        }
        if let property {
            guard kind == .enquiry else { return Self.refuse("property", kind, &check) }
            var checked = property
            for (name, path) in EnquiredProperty.texts {
                guard let text = property[keyPath: path] else { continue }
                checked[keyPath: path] = check.line(text, "property.\(name)", 2000)
            }
            if let price = property.price { checked.price = check.price(price, "property.price") }
            for (name, number) in [("bedrooms", property.bedrooms), ("bathrooms", property.bathrooms)] {
                if let number, !(0...1000).contains(number) {
                    check.refuse("property.\(name)", .outOfRange, "Give a number between 0 and 1,000.")
                }
            }
            detail.property = checked
        }
    }

    private func applyMentions(to detail: inout TimelineDetail, of kind: TimelineEntry.Kind, _ check: inout FieldCheck)
    {
        guard let mentions else { return }
        guard kind == .note else { return Self.refuse("mentions", kind, &check) }
        detail.mentions = []
        for (index, text) in check.capped(mentions, "mentions", Self.mostMentions).enumerated() {
            guard let id = AccountID(text) else {
                check.refuse("mentions[\(index)]", .wrongKind, "Give the id of a user.")
                continue
            }
            if !detail.mentions.contains(id) { detail.mentions.append(id) }
        }
    }

    private static func refuse(_ field: String, _ kind: TimelineEntry.Kind, _ check: inout FieldCheck) {
        check.refuse(field, .notPermitted, "An entry of the kind \(kind.rawValue) has no such thing.")
    }
}
