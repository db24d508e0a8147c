import Web
import Work

extension JSONShape {
    static let sourceCost = JSONShape(
        "SourceCost", [.required("source", .text), .required("month", .text), .required("cost", .integer)])

    /// A report as the API shows it.
    static func report(_ subject: Report.Subject) -> JSONShape {
        let name = subject.rawValue.prefix(1).uppercased() + subject.rawValue.dropFirst()
        return JSONShape(
            "\(name)Report",
            [
                .required("from", .text), .required("to", .text), .required("timeZone", .text),
                .required("data", .list(JSONShape("\(name)Row", rows(subject)))),
            ])
    }

    private static func rows(_ subject: Report.Subject) -> [RouteField] {
        switch subject {
        case .sources:
            return [.nullable("source", .text)]
                + counts("clients", "contacted", "withDeal", "won", "volume", "commission")
                + [.nullable("cost", .integer), .nullable("returnBasisPoints", .integer)]
        case .speed:
            return agent + counts("clients", "contacted")
                + ["medianSeconds", "within5Minutes", "within1Hour", "within1Day"].map { .nullable($0, .integer) }
                + counts("never")
        case .conversion:
            return [
                .required("of", .choice(["client", "deal"])), .nullable("pipeline", .text), .required("stage", .text),
            ] + counts("entered", "wentOn") + [.nullable("share", .integer), .nullable("medianDays", .integer)]
        case .activity:
            return agent + counts("notes", "calls", "texts", "emails", "appointments", "tasks", "clients")
        case .volume:
            return [.required("month", .text)] + agent + counts("deals", "volume", "commission")
        }
    }

    private static let agent: [RouteField] = [.nullable("userId", .identifier), .nullable("name", .text)]

    private static func counts(_ names: String...) -> [RouteField] { names.map { .required($0, .integer) } }
}
