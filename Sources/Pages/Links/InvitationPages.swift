import Accounts
import Core
import Credentials
import Guarding
import HTTPTypes
import Hummingbird
package import Identity
package import Web

/// The page behind an invitation's link, and behind the set-up link of the first start.
///
/// Opening it uses nothing up, because mail scanners open links; only sending the form does.
package struct InvitationPages: Sendable {
    private let gate: Gate

    package init(gate: Gate) {
        self.gate = gate
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            .page("homePage", .get, "/", limit: .api, .anyone(home)),
            .page("invitationPage", .get, "/invitation", limit: .api, .anyone(show)),
            .page("acceptInvitationForm", .post, "/invitation", limit: .register, .anyone(accept)),
        ]
    }

    /// `GET /`: says what this is, to somebody who has opened it in a browser.
    @Sendable private func home(_ call: Call) async throws -> Response {
        Response.page(
            title: "Gatehouse",
            "<p>This is a Gatehouse server. Its API is under <code>/v1</code>; sign in with <code>POST /v1/auth/login</code>.</p>"
        )
    }

    /// `GET /invitation?token=…`: the form.
    @Sendable private func show(_ call: Call) async throws -> Response {
        let token = call.request.linkParameter("token")
        return form(token: token, [:], problems: [])
    }

    /// `POST /invitation`: makes the account. The form of a browser, hence not JSON; the origin was checked before.
    @Sendable private func accept(_ call: Call) async throws -> Response {
        let fields = try await call.form()
        let token = fields["token"]
        guard let address = EmailAddress(fields["email"]) else {
            return form(token: token, fields.values, problems: ["Enter an e-mail address such as name@example.com."])
        }
        let names = [fields["firstName"], fields["lastName"]]
        guard names.allSatisfy({ PersonName.flaw(in: $0) == nil }) else {
            return form(
                token: token, fields.values, problems: ["Enter a first and a last name of at most 100 characters."])
        }
        let applicant = Registration.Applicant(
            email: address, password: fields["password"], firstName: names[0], lastName: names[1])
        switch try await gate.registration.register(applicant, invitation: token, from: call.source) {
        case .registered(let account):
            return Response.page(
                .created, title: "Welcome, \(account.firstName)",
                "<p>Your account is ready. Sign in as <strong>\(account.email.shown)</strong>.</p>")
        case .verificationRequired:
            return Response.page(
                .accepted, title: "One step more",
                "<p>We have mailed a link to <strong>\(address.shown)</strong>. Open it to confirm the address.</p>")
        case .closed:
            return form(
                token: token, fields.values,
                problems: ["This link does not work any more, or is for another address. Ask for a new one."])
        case .passwordRefused(let violations):
            return form(
                token: token, fields.values, problems: violations.map(gate.registration.policy.explanation))
        case .emailTaken:
            return form(token: token, fields.values, problems: ["This address has an account already."])
        }
    }

    private func form(token: String, _ values: [String: String], problems: [String]) -> Response {
        let list: HTML =
            problems.isEmpty ? "" : "<ul role=\"alert\">\(problems.map { "<li>\($0)</li>" as HTML }.joined())</ul>"
        func field(_ name: String, _ label: String, type: String, complete: String) -> HTML {
            // A password is never sent back to the page.
            let value = type == "password" ? "" : values[name] ?? ""
            return """
                <p><label>\(label)<br>
                <input name="\(name)" type="\(type)" value="\(value)" autocomplete="\(complete)" required></label></p>

                """
        }
        return Response.page(
            problems.isEmpty ? .ok : .unprocessableContent, title: "Make your account",
            """
            \(list)
            <form method="post" action="/invitation">
            <input type="hidden" name="token" value="\(token)">
            \(field("firstName", "First name", type: "text", complete: "given-name"))
            \(field("lastName", "Last name", type: "text", complete: "family-name"))
            \(field("email", "E-mail", type: "email", complete: "username"))
            \(field("password", "Password", type: "password", complete: "new-password"))
            <p><button>Make the account</button></p>
            </form>
            """)
    }
}
