import Accounts
import Core
import Storage

/// What a change of a client has to know beside what is changed: who makes it, when, and by what rules of the brokerage.
struct ClientEdit: Sendable {
    /// Where numbers without a country code are meant.
    var home = HomeRegion.standard
    /// Who makes the change; `nil` for a program without a person.
    var author: AccountID?
    var now = Timestamp(milliseconds: 0)
    /// The custom fields that there are.
    var fields: [CustomField] = []
    /// How it came about.
    var origin = ChangeOrigin.person
    /// Whether each client that is written is announced. What is done to many at once is announced once, by whoever does it.
    var announces = false
}

extension ClientEdit {
    /// An edit by `scope`. Reads the custom fields only where `patch` names some.
    init(
        _ scope: Scope, _ patch: ClientPatch, at now: Timestamp, home: HomeRegion, in session: any SQLSession
    ) throws {
        self.home = home
        self.now = now
        author = scope.userID
        announces = true
        if let key = scope.keyID { origin = .by(.apiKey, key) }
        if case .set = patch.customFields { fields = try CustomFieldTable.all(in: session) }
    }
}
