import Accounts
import Core
import Credentials
import Guarding
import HTTPTypes
import Hummingbird
package import Identity
package import Web

/// The pages behind the links in mails.
///
/// Opening one uses nothing up, because mail scanners open links; only sending its form does. Each works without a script.
package struct RecoveryPages: Sendable {
    private let gate: Gate

    package init(gate: Gate) {
        self.gate = gate
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            .page("verifyEmailPage", .get, "/verify-email", limit: .api, .anyone(showVerifyEmail)),
            .page("verifyEmailForm", .post, "/verify-email", limit: .login, .anyone(verifyEmail)),
            .page("resetPasswordPage", .get, "/reset-password", limit: .api, .anyone(showResetPassword)),
            .page("resetPasswordForm", .post, "/reset-password", limit: .login, .anyone(resetPassword)),
            .page("unlockPage", .get, "/unlock", limit: .api, .anyone(showUnlock)),
            .page("unlockForm", .post, "/unlock", limit: .login, .anyone(unlock)),
            .page("notMePage", .get, "/not-me", limit: .api, .anyone(showNotMe)),
            .page("notMeForm", .post, "/not-me", limit: .login, .anyone(notMe)),
            .page("stopRecoveryPage", .get, "/stop-recovery", limit: .api, .anyone(showStopRecovery)),
            .page("stopRecoveryForm", .post, "/stop-recovery", limit: .login, .anyone(stopRecovery)),
        ]
    }

    @Sendable private func showVerifyEmail(_ call: Call) async throws -> Response {
        let token = Self.token(in: call)
        guard try await gate.emailVerification.counts(token) else { return Self.gone }
        return Self.confirmation(
            "/verify-email", token, title: "Confirm your address", button: "This is my address",
            explanation: "Press the button to confirm that this address is yours.")
    }

    @Sendable private func verifyEmail(_ call: Call) async throws -> Response {
        let form = try await call.form()
        switch try await gate.emailVerification.verify(form["token"], from: call.source) {
        case .verified(let account):
            return Response.page(
                title: "Address confirmed",
                "<p>Thank you. You can sign in as <strong>\(account.email.shown)</strong>.</p>")
        case .linkInvalid: return Self.gone
        }
    }

    @Sendable private func showResetPassword(_ call: Call) async throws -> Response {
        let token = Self.token(in: call)
        guard try await gate.passwordReset.counts(token) else { return Self.gone }
        return resetForm(token, problems: [])
    }

    @Sendable private func resetPassword(_ call: Call) async throws -> Response {
        let form = try await call.form()
        switch try await gate.passwordReset.reset(form["token"], to: form["newPassword"], from: call.source) {
        case .reset:
            return Response.page(
                title: "Password changed",
                "<p>Your new password is set, and you have been signed out everywhere. Sign in with it now.</p>")
        case .linkInvalid: return Self.gone
        case .passwordRefused(let violations):
            return resetForm(form["token"], problems: violations.map(gate.registration.policy.explanation))
        }
    }

    private func resetForm(_ token: String, problems: [String]) -> Response {
        let list: HTML =
            problems.isEmpty ? "" : "<ul role=\"alert\">\(problems.map { "<li>\($0)</li>" as HTML }.joined())</ul>"
        return Response.page(
            problems.isEmpty ? .ok : .unprocessableContent, title: "Choose a new password",
            """
            \(list)
            <form method="post" action="/reset-password">
            <input type="hidden" name="token" value="\(token)">
            <p><label>New password<br>
            <input name="newPassword" type="password" autocomplete="new-password" required></label></p>
            <p><button>Set the password</button></p>
            </form>
            """)
    }

    @Sendable private func showUnlock(_ call: Call) async throws -> Response {
        let token = Self.token(in: call)
        guard try await gate.unlock.counts(token) else { return Self.gone }
        return Self.confirmation(
            "/unlock", token, title: "Unlock sign-in", button: "Unlock",
            explanation:
                "Press the button to sign in again at once. If the wrong passwords were not yours, choose a new one.")
    }

    @Sendable private func unlock(_ call: Call) async throws -> Response {
        let form = try await call.form()
        guard try await gate.unlock.unlock(form["token"], from: call.source) else { return Self.gone }
        return Response.page(title: "Unlocked", "<p>You can sign in again.</p>")
    }

    @Sendable private func showNotMe(_ call: Call) async throws -> Response {
        let token = Self.token(in: call)
        guard try await gate.notMe.counts(token) else { return Self.gone }
        return Self.confirmation(
            "/not-me", token, title: "This wasn't you?", button: "It wasn't me: sign out everywhere",
            explanation:
                "Press the button to end every session of your account. A mail with a link to a new password follows.")
    }

    @Sendable private func notMe(_ call: Call) async throws -> Response {
        let form = try await call.form()
        guard try await gate.notMe.report(form["token"], from: call.source) else { return Self.gone }
        return Response.page(
            title: "Signed out everywhere",
            """
            <p>Every session has ended. Whoever knows your password can still sign in with it: choose a new one now, with the link that
            we have mailed you.</p>
            """)
    }

    @Sendable private func showStopRecovery(_ call: Call) async throws -> Response {
        let token = Self.token(in: call)
        guard try await gate.factorRecovery.counts(token) else { return Self.gone }
        return Self.confirmation(
            "/stop-recovery", token, title: "Keep your second factors?", button: "Keep them: stop the recovery",
            explanation: "Press the button if you have not asked for your second factors to be removed.")
    }

    @Sendable private func stopRecovery(_ call: Call) async throws -> Response {
        let form = try await call.form()
        guard try await gate.factorRecovery.stop(form["token"], from: call.source) else { return Self.gone }
        return Response.page(
            title: "Stopped",
            "<p>Your second factors stay. If somebody else may know your password, choose a new one.</p>")
    }

    private static func token(in call: Call) -> String {
        call.request.linkParameter("token")
    }

    private static func confirmation(
        _ path: String, _ token: String, title: String, button: String, explanation: String
    ) -> Response {
        Response.page(
            title: title,
            """
            <p>\(explanation)</p>
            <form method="post" action="\(path)">
            <input type="hidden" name="token" value="\(token)">
            <p><button>\(button)</button></p>
            </form>
            """)
    }

    /// For a link that was used, ran out or never was, all alike.
    private static var gone: Response {
        Response.page(
            .gone, title: "This link does not work any more",
            "<p>It was used before, has run out, or something about the account has changed since. Ask for a new one.</p>"
        )
    }
}

extension Call {
    /// The fields of a form that a browser has sent; its origin was checked before. 415 for another kind of body.
    func form() async throws -> FormFields {
        guard request.hasContentType("application/x-www-form-urlencoded") else {
            throw Problem(.unsupportedMediaType, detail: "Send application/x-www-form-urlencoded.")
        }
        let body = try await request.limitedBody()
        return FormFields(body.getString(at: body.readerIndex, length: body.readableBytes) ?? "")
    }
}
