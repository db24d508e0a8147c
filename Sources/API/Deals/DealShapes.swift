import Web
import Work

extension JSONShape {
    private static let share: [RouteField] = [
        .required("to", .choice(DealShare.Recipient.self)), .optional("userId", .identifier), .optional("name", .text),
        .required("basisPoints", .integer),
    ]

    private static let contact = JSONShape(
        "OutsideParty",
        [
            .required("role", .text), .required("name", .text), .optional("company", .text), .optional("email", .text),
            .optional("phone", .text),
        ])

    private static let dates = DealDates.Kind.allCases.map { RouteField.optional($0.rawValue, .text) }

    /// A deal to be, or a change of one.
    static let dealDraft: [RouteField] = [
        .optional("name", .text), .optional("stageId", .identifier), .optional("price", .integer),
        .optional(
            "commission",
            .object(
                JSONShape("CommissionDraft", [.optional("ratePpm", .integer), .optional("amount", .integer)]))),
        .optional("split", .list(JSONShape("DealShareDraft", share))),
        .optional("agents", .list(.identifier)),
        .optional(
            "parties",
            .list(
                JSONShape(
                    "DealPartyDraft", [.required("clientId", .identifier), .required("roles", .list(.text))]))),
        .optional("contacts", .list(contact)),
        .optional("dates", .object(JSONShape("DealDatesDraft", dates))),
        .optional("notes", .text),
        .optional(
            "checklist",
            .list(
                JSONShape(
                    "ChecklistItemDraft",
                    [
                        .optional("id", .identifier), .required("title", .text), .optional("done", .flag),
                        .optional("due", .text),
                    ]))),
    ]

    /// A deal as the API shows it.
    static let deal = JSONShape(
        "Deal",
        [
            .required("id", .identifier), .required("name", .text), .required("pipelineId", .identifier),
            .required("stageId", .identifier), .required("stage", .text),
            .required("status", .choice(DealStage.Kind.self)), .nullable("price", .integer),
            .nullable(
                "commission",
                .object(JSONShape("Commission", [.nullable("ratePpm", .integer), .nullable("amount", .integer)]))),
            .required("split", .list(JSONShape("DealShare", share + [.nullable("amount", .integer)]))),
            .required("agents", .list(.identifier)),
            .required(
                "parties",
                .list(
                    JSONShape(
                        "DealParty",
                        [
                            .required("clientId", .identifier), .required("firstName", .text),
                            .required("lastName", .text), .required("roles", .list(.choice(DealParty.Role.self))),
                        ]))),
            .required("contacts", .list(contact)), .required("dates", .object(JSONShape("DealDates", dates))),
            .required("datesByHand", .list(.choice(DealDates.Kind.self))), .required("notes", .text),
            .required(
                "checklist",
                .list(
                    JSONShape(
                        "ChecklistItem",
                        [
                            .required("id", .identifier), .required("title", .text), .required("done", .flag),
                            .nullable("due", .text), .nullable("doneBy", .identifier), .nullable("doneAt", .moment),
                        ]))),
            .required("enteredStageAt", .moment), .required("daysInStage", .integer), .nullable("closedAt", .moment),
            .required("createdAt", .moment), .required("updatedAt", .moment), .required("version", .integer),
        ])

    static let dealStay = JSONShape(
        "DealStay",
        [
            .required("stageId", .identifier), .required("stage", .text), .required("enteredAt", .moment),
            .nullable("leftAt", .moment), .required("days", .integer), .nullable("userId", .identifier),
        ])

    static let dealTemplateItem = JSONShape(
        "DealTemplateItem", [.required("title", .text), .optional("days", .integer)])

    static let dealTemplate = JSONShape(
        "DealTemplate",
        [
            .required("dates", .foreign), .required("checklist", .list(dealTemplateItem)),
            .required("version", .integer),
        ])

    private static let card = JSONShape(
        "DealCard",
        [
            .required("id", .identifier), .required("name", .text), .nullable("price", .integer),
            .nullable("commission", .integer), .required("agents", .list(.identifier)), .nullable("closing", .text),
            .required("enteredStageAt", .moment), .required("daysInStage", .integer), .required("version", .integer),
        ])

    static let dealBoard = JSONShape(
        "DealBoard",
        [
            .required("pipelineId", .identifier),
            .required(
                "columns",
                .list(
                    JSONShape(
                        "DealColumn",
                        [
                            .required("stageId", .identifier), .required("name", .text),
                            .required("kind", .choice(DealStage.Kind.self)), .required("probability", .integer),
                            .required("count", .integer), .required("volume", .integer),
                            .required("commission", .integer), .required("deals", .list(card)),
                        ]))),
        ])

    private static let forecastMonth = JSONShape(
        "ForecastMonth",
        [
            .nullable("month", .text), .required("count", .integer), .required("won", .integer),
            .required("volume", .integer), .required("commission", .integer), .required("weightedVolume", .integer),
            .required("weightedCommission", .integer),
        ])

    static let dealForecast = JSONShape(
        "DealForecast",
        [.required("data", .list(forecastMonth)), .required("undated", .object(forecastMonth))])
}
