import Accounts

/// By what a call names a record that is not the caller's: one of another person, or one that there is not. The two must look alike.
struct WalkNames: Sendable {
    /// Clients: one outside of the trash, one with whom it makes a pair.
    var client = ""
    var pairedClient = ""
    var merge = ""
    var account = ""
    var session = ""
    var key = ""
    var passkey = ""
    var device = ""
    var list = ""
    var bulk = ""
    /// An import of a file.
    var file = ""
    /// An entry of a timeline.
    var entry = ""
    /// A file about a client.
    var document = ""
    /// A template of mails that is not shared.
    var template = ""
    /// A plan, and a client on it.
    var plan = ""
    var enrolment = ""
    var invitation = ""
    /// A task of a client, and one without.
    var task = ""
    var freeTask = ""
    /// An appointment with a client, and one without.
    var appointment = ""
    var freeAppointment = ""
    /// A deal of the other's, and one of the caller's.
    var deal = ""
    var ownDeal = ""
    /// A listing of the other's, which everybody sees, and what one of their clients looks for.
    var listing = ""
    var request = ""
    /// A word that stands in every text of the other's records.
    var mark = ""
    /// An address and a number of one of the other's clients, of which no answer is looked through: the caller writes them too.
    var probeEmail = ""
    var probePhone = ""
    /// A cursor of a list, as the other got it.
    var cursor = ""
    /// A client and the account of the caller, where a call needs one.
    var ownClient = ""
    var ownAccount = ""
    var ownTask = ""
    var ownAppointment = ""

    /// Every text by which the other is named, with what stands for it when answers are compared.
    var placeholders: [(value: String, name: String)] {
        [
            (client, "client"), (pairedClient, "pairedClient"), (merge, "merge"), (account, "account"),
            (session, "session"), (key, "key"), (passkey, "passkey"), (device, "device"), (list, "list"),
            (bulk, "bulk"), (file, "import"), (entry, "entry"), (document, "document"), (template, "template"),
            (plan, "plan"), (enrolment, "enrolment"),
            (invitation, "invitation"),
            (task, "task"), (freeTask, "freeTask"),
            (appointment, "appointment"), (freeAppointment, "freeAppointment"),
            (deal, "deal"), (listing, "listing"), (request, "request"),
            (mark, "mark"), (probeEmail, "probeEmail"), (probePhone, "probePhone"),
            (probePhone.filter(\.isNumber), "digits"), (cursor, "cursor"),
        ]
    }
}

/// One call of the walk.
struct WalkCall: Sendable {
    /// What stands for `{id}` or `{key}` in the path.
    var id = ""
    /// With its question mark; empty for none.
    var query = ""
    var json: String?
    /// A file that is sent instead.
    var file: String?
    var fileType = "text/csv"
    var headers: [String: String] = [:]
    /// Whether a record of another person and one that there is not must have the same answer and the same statements. Where the caller may know
    /// of the record, only the marks are looked for.
    var isTold = false

    /// A call with this in the place of the path.
    static func path(_ id: String, _ json: String? = nil, headers: [String: String] = [:]) -> WalkCall {
        WalkCall(id: id, json: json, headers: headers)
    }

    /// A call with these parameters.
    static func query(_ parameters: String, id: String = "") -> WalkCall { WalkCall(id: id, query: "?\(parameters)") }

    /// A call with this body, without anything in the path.
    static func body(_ json: String) -> WalkCall { WalkCall(json: json) }

    /// The same call with a file of one person, who is one of the other's clients if there is such.
    func importing(_ names: WalkNames) -> WalkCall {
        var call = self
        call.file = "First Name,Email,Cell\nProbe,\(names.probeEmail),\(names.probePhone)\n"
        return call
    }

    /// The same call, of whose answer only the marks are looked for.
    var told: WalkCall {
        var call = self
        call.isTold = true
        return call
    }
}

/// What a route is to the walk.
struct WalkedRoute: Sendable {
    /// Whose data it answers, or why it has nobody's.
    let matter: String
    /// From whom another person's records are hidden.
    let hiddenFrom: Set<Role>
    /// Calls that name the other's records in whatever the route takes.
    let calls: @Sendable (WalkNames) -> [WalkCall]

    /// It answers clients or what hangs on them: an agent and a lender reach those assigned to or shared with them.
    static func clients(_ calls: @escaping @Sendable (WalkNames) -> [WalkCall]) -> WalkedRoute {
        WalkedRoute(matter: "clients", hiddenFrom: [.agent, .lender], calls: calls)
    }

    /// It answers what a person has for themselves: nobody reaches another's, owner and admin neither.
    static func own(_ calls: @escaping @Sendable (WalkNames) -> [WalkCall]) -> WalkedRoute {
        WalkedRoute(matter: "one's own", hiddenFrom: Set(Role.allCases), calls: calls)
    }

    /// It is about people: agents know their colleagues, a lender knows nobody.
    static func people(_ calls: @escaping @Sendable (WalkNames) -> [WalkCall]) -> WalkedRoute {
        WalkedRoute(matter: "people", hiddenFrom: [.lender], calls: calls)
    }

    /// There is no way to name another's record in it.
    static func unnamed(_ why: String) -> WalkedRoute {
        WalkedRoute(matter: why, hiddenFrom: []) { _ in [] }
    }
}
