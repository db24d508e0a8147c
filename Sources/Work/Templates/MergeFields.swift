import Accounts
import CRM
import Core

/// What a template can name of a client and of the agent who writes.
struct MergeFields {
    /// The names, without those of custom fields, which are `client.custom.` and the field's key.
    static let names = [
        "client.firstName", "client.lastName", "client.fullName", "client.email", "client.phone", "client.stage",
        "client.city", "agent.firstName", "agent.lastName", "agent.fullName", "agent.email",
    ]
    static let customPrefix = "client.custom."

    private let values: [String: String]

    /// The values for one client and one agent.
    init(of client: Client, from agent: Account) throws {
        let details = try client.details.value()
        func full(_ first: String, _ last: String) -> String {
            [first, last].filter { !$0.isEmpty }.joined(separator: " ")
        }
        func primary(_ points: [ContactPoint]) -> String {
            (points.first(where: \.isPrimary) ?? points.first)?.value ?? ""
        }
        var values = [
            "client.firstName": client.firstName, "client.lastName": client.lastName,
            "client.fullName": full(client.firstName, client.lastName),
            "client.email": primary(try client.emails.elements()),
            "client.phone": primary(try client.phones.elements()),
            "client.stage": client.stage, "client.city": try client.addresses.elements().first?.city ?? "",
            "agent.firstName": agent.firstName, "agent.lastName": agent.lastName,
            "agent.fullName": full(agent.firstName, agent.lastName), "agent.email": agent.email.shown,
        ]
        for custom in details.custom {
            values[Self.customPrefix + custom.key] =
                switch custom.value {
                case .text(let text): text
                case .number(let number):
                    Int64(exactly: number).map(String.init) ?? String(number)
                case .flag(let flag): flag ? "yes" : "no"
                }
        }
        self.values = values
    }

    /// What stands for `name`; empty for what is not known of this client.
    subscript(name: String) -> String { (values[name] ?? "").trimmingPrefix { $0.isWhitespace }.description }

    /// Whether a template may name it.
    static func isKnown(_ name: String, custom keys: [String]) -> Bool {
        names.contains(name) || keys.contains { customPrefix + $0 == name }
    }
}
