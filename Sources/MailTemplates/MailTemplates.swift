import Mustache

/// The texts of the mails: one template for each kind, from which both the plain text and the HTML are made, so that
/// they cannot say different things.
///
/// A template begins with `Subject: …`; the rest are paragraphs with an empty line between. A paragraph of the form
/// `[Label](address)` is a link to press. A value that is missing leaves out what depends on it. Nothing is fetched
/// when a mail is read: there is no image, no script, and every link is as it was given.
package struct MailTemplates: Sendable {
    /// There is no template of that name.
    package struct Unknown: Error {
        package let name: String
    }

    /// The kinds of mail that can be rendered.
    package static var names: [String] { kinds.map(\.name) }

    private static let kinds: [(name: String, text: [UInt8])] = [
        ("verify_email", PackageResources.verify_email_mustache),
        ("account_exists", PackageResources.account_exists_mustache),
        ("reset_password", PackageResources.reset_password_mustache),
        ("account_unlock", PackageResources.account_unlock_mustache),
        ("invitation", PackageResources.invitation_mustache),
        ("new_device", PackageResources.new_device_mustache),
        ("device_mismatch", PackageResources.device_mismatch_mustache),
        ("geo_anomaly", PackageResources.geo_anomaly_mustache),
        ("password_changed", PackageResources.password_changed_mustache),
        ("password_reset", PackageResources.password_reset_mustache),
        ("email_change_confirm", PackageResources.email_change_confirm_mustache),
        ("email_changed", PackageResources.email_changed_mustache),
        ("token_theft", PackageResources.token_theft_mustache),
        ("export_made", PackageResources.export_made_mustache),
        ("export_by_colleague", PackageResources.export_by_colleague_mustache),
        ("export_requested", PackageResources.export_requested_mustache),
        ("account_disabled", PackageResources.account_disabled_mustache),
        ("mentioned", PackageResources.mentioned_mustache),
        ("clients_handed_over", PackageResources.clients_handed_over_mustache),
        ("factor_added", PackageResources.factor_added_mustache),
        ("factor_removed", PackageResources.factor_removed_mustache),
        ("factor_locked", PackageResources.factor_locked_mustache),
        ("recovery_code_used", PackageResources.recovery_code_used_mustache),
        ("factor_recovery_started", PackageResources.factor_recovery_started_mustache),
        ("passkey_cloned", PackageResources.passkey_cloned_mustache),
        ("api_key_created", PackageResources.api_key_created_mustache),
        ("sign_in_code", PackageResources.sign_in_code_mustache),
        ("task_reminder", PackageResources.task_reminder_mustache),
        ("appointment_reminder", PackageResources.appointment_reminder_mustache),
        ("webhook_off", PackageResources.webhook_off_mustache),
        ("alert", PackageResources.alert_mustache),
    ]

    private let library: MustacheLibrary

    /// Reads the templates. Throws when one is malformed, which is a fault of this program.
    package init() throws {
        var library = MustacheLibrary()
        let shared: [(name: String, text: [UInt8])] = [
            ("details", PackageResources.details_mustache), ("not_me", PackageResources.not_me_mustache),
            ("frame_text", PackageResources.frame_text_mustache), ("frame_html", PackageResources.frame_html_mustache),
        ]
        for (name, text) in Self.kinds + shared {
            try library.register(String(decoding: text, as: UTF8.self), named: name)
        }
        self.library = library
    }

    /// The mail of the kind `name`. `values` may hold `name`, `product` (`Gatehouse` if not), `link`, `minutes`,
    /// `hours`, `days` (of the link's life), `device`, `place`, `ip`, `at` (ISO 8601), `address`, `role`, `inviter`,
    /// `factor`, `keyName`, `keyHint`, `scopes`, `code`, `codesLeft`, `few`, `clients` (how many), `journey` ("Melbourne, Australia; 9,600 miles from your
    /// last sign-in in …"), `speed` (miles an hour), `host`, `reason` and `since` (of a webhook), `title`, `kind`, `client`, `when` and `location` (of what a reminder is about), `action` (`alert`, `challenge` or `block`), `notMeLink` and
    /// `undoLink`. Throws ``Unknown``.
    package func render(
        _ name: String, _ values: [String: String]
    ) throws -> (subject: String, text: String, html: String) {
        let values = MailValues.shown(values)
        guard Self.names.contains(name), let filled = library.render(values, withTemplate: name) else {
            throw Unknown(name: name)
        }
        let draft = MailDraft(filled)
        var page: [String: Any] = [
            "subject": draft.subject, "product": values["product"] ?? "",
            "paragraphs": draft.paragraphs.map(\.fields),
        ]
        page["name"] = values["name"]
        guard let text = library.render(page, withTemplate: "frame_text"),
            let html = library.render(page, withTemplate: "frame_html")
        else { throw Unknown(name: "frame") }
        return (draft.subject, text, html)
    }
}
