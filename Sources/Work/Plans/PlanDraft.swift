import Accounts
import CRM
import Core
import Storage

/// A plan to be, or a change of one, as a caller sends it; nothing in it is checked yet. What is `nil` stays as it is.
package struct PlanDraft: Sendable, Decodable {
    /// A step as a caller sends it.
    package struct Step: Sendable, Decodable {
        package var kind: String
        package var afterDays: Int
        package var time: String?
        package var name: String?
        package var type: String?
        package var templateId: String?
        package var tag: String?
        package var stage: String?

        package init(_ kind: String, afterDays: Int) {
            self.kind = kind
            self.afterDays = afterDays
        }
    }

    package var name: String?
    package var steps: [Step]?
    package var isActive: Bool?

    package init(name: String? = nil, steps: [Step]? = nil, isActive: Bool? = nil) {
        self.name = name
        self.steps = steps
        self.isActive = isActive
    }

    static let mostSteps = 50

    /// The plan with what this changes, and everything that is wrong with it.
    func applied(
        to plan: ActionPlan, by author: AccountID, _ check: inout FieldCheck, in session: any SQLSession
    ) throws -> ActionPlan {
        var changed = plan
        if let name { changed.name = check.line(name, "name", 100) }
        if changed.name.isEmpty { check.refuse("name", .required, "A plan has a name.") }
        if let isActive { changed.isActive = isActive }
        if let steps {
            changed.steps = []
            for (index, step) in check.capped(steps, "steps", Self.mostSteps).enumerated() {
                if let step = try step.checked("steps[\(index)]", author, &check, in: session) {
                    changed.steps.append(step)
                }
            }
        }
        if changed.steps.isEmpty, steps?.isEmpty ?? true {
            check.refuse("steps", .required, "A plan has at least one step.")
        }
        return changed
    }
}

extension PlanDraft.Step {
    /// The step; `nil`, and what is wrong, for one that cannot be.
    fileprivate func checked(
        _ path: String, _ author: AccountID, _ check: inout FieldCheck, in session: any SQLSession
    ) throws -> PlanStep? {
        guard let kind = PlanStep.Kind(rawValue: kind) else {
            let kinds = PlanStep.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            check.refuse("\(path).kind", .unknownChoice, "This must be one of: \(kinds).")
            return nil
        }
        var step = PlanStep(kind, afterDays: afterDays)
        if !(0...730).contains(afterDays) {
            check.refuse("\(path).afterDays", .outOfRange, "Give a number of days between 0 and 730.")
        }
        if let time {
            step.minute = PlanStep.minute(time)
            if step.minute == nil { check.refuse("\(path).time", .invalidDate, "Give a time such as 09:00.") }
        }
        switch kind {
        case .task: readTask(into: &step, path, &check)
        case .mail:
            step.templateID = templateId.flatMap { MailTemplateID($0) }
            let template = try step.templateID.flatMap {
                try MailTemplateTable.template($0, for: author, in: session)
            }
            if template?.isShared != true {
                check.refuse("\(path).templateId", .unknownChoice, "Name a template that is shared.")
            }
        case .addTag:
            step.text = check.line(tag ?? "", "\(path).tag", 60)
            if step.text.isEmpty { check.refuse("\(path).tag", .required, "Say which tag.") }
        case .stage:
            step.text = check.line(stage ?? "", "\(path).stage", 100)
            if try !StageList.has(step.text, in: session) {
                check.refuse("\(path).stage", .unknownChoice, "There is no such stage. GET /v1/stages lists them.")
            }
        }
        return step
    }

    private func readTask(into step: inout PlanStep, _ path: String, _ check: inout FieldCheck) {
        step.text = check.line(name ?? "", "\(path).name", 200)
        if step.text.isEmpty { check.refuse("\(path).name", .required, "A task has a name.") }
        step.taskKind = type.map { WorkTask.Kind(rawValue: $0) } ?? .followUp
        if step.taskKind == nil {
            let kinds = WorkTask.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            check.refuse("\(path).type", .unknownChoice, "This must be one of: \(kinds).")
        }
    }
}
