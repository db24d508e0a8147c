import CRM
package import Core

/// One step of an action plan: so many days after the step before it, at a time of the day, it makes a task, sends a mail, or changes the client.
package struct PlanStep: CanonicalJSON {
    /// What a step does; the raw value is what the API shows.
    package enum Kind: String, Sendable, CaseIterable {
        case task, mail, addTag, stage
    }

    package var kind: Kind
    /// After the step before it, or after the plan began.
    package var afterDays: Int
    /// Minutes after midnight, by the clock of the client's agent; `nil` for as soon as the day has come.
    package var minute: Int?
    /// Of a task: its name; of a tag or a stage: which.
    package var text = ""
    /// Of a task: its type.
    package var taskKind: WorkTask.Kind?
    /// Of a mail: which template. Its text is taken over when a client begins the plan.
    package var templateID: MailTemplateID?
    /// Of a mail of a plan that a client has begun.
    package var subject = ""
    package var body = ""

    package init(_ kind: Kind, afterDays: Int, text: String = "") {
        self.kind = kind
        self.afterDays = afterDays
        self.text = text
    }

    /// Writes the step as it is kept.
    package func write(to json: inout JSONWriter) {
        json.object { object in
            writeMembers(to: &object)
            if !subject.isEmpty { object.member("subject", subject) }
            if !body.isEmpty { object.member("body", body) }
        }
    }

    /// Writes what the API shows.
    func writeMembers(to object: inout JSONWriter) {
        object.member("kind", kind.rawValue)
        object.member("afterDays", Int64(afterDays))
        object.member("time", minute.map { LocalTime(CalendarDay(number: 0), minute: $0).clock })
        switch kind {
        case .task:
            object.member("name", text)
            object.member("type", (taskKind ?? .followUp).rawValue)
        case .mail: object.member("templateId", templateID)
        case .addTag: object.member("tag", text)
        case .stage: object.member("stage", text)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case kind, afterDays, time, name, type, templateId, tag, stage, subject, body
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        kind = Kind(rawValue: try container.decode(String.self, forKey: .kind)) ?? .task
        afterDays = try container.decode(Int.self, forKey: .afterDays)
        minute = try container.decodeIfPresent(String.self, forKey: .time).flatMap(Self.minute)
        taskKind = try container.decodeIfPresent(String.self, forKey: .type).flatMap(WorkTask.Kind.init)
        templateID = try container.decodeIfPresent(String.self, forKey: .templateId).flatMap { MailTemplateID($0) }
        for key in [CodingKeys.name, .tag, .stage] {
            if let text = try container.decodeIfPresent(String.self, forKey: key) { self.text = text }
        }
        subject = try container.decodeIfPresent(String.self, forKey: .subject) ?? ""
        body = try container.decodeIfPresent(String.self, forKey: .body) ?? ""
    }

    /// Reads `09:00`.
    static func minute(_ clock: String) -> Int? { LocalTime("1970-01-01T\(clock)")?.minuteOfDay }
}
