extension EventType {
    /// What is known of the event: the one place where the catalogue says so.
    package var facts: EventFacts {
        switch self {
        case .loginSuccess:
            return EventFacts(.info, .authentication, "authn_login_success", .concerned, "A session was opened.")
        case .loginFailed:
            return EventFacts(
                .warning, .authentication, "authn_login_fail", .concerned,
                "A sign-in was refused; the reason is in the detail and was not shown.", by: .anybody)
        case .multipleFailedLogins:
            return EventFacts(
                .critical, .authentication, "authn_login_fail_max", .concerned,
                "Three or more sign-ins for one address were refused within five minutes.", by: .guarded)
        case .accountLocked:
            return EventFacts(
                .critical, .authentication, "authn_login_lock", .concerned,
                "Too many refused sign-ins or codes: the address, the known device or the second factor is locked.",
                by: .guarded)
        case .lockoutAttemptWhileLocked:
            return EventFacts(
                .critical, .authentication, "authn_login_lock", .concerned,
                "A sign-in was tried while locked; it was refused unread and lengthened nothing.", kept: .routine,
                by: .anybody)
        case .reauthenticated:
            return EventFacts(
                .info, .authentication, "authn_login_success", .concerned,
                "The password or a factor was shown again for a sensitive action.")
        case .newDeviceLogin:
            return EventFacts(
                .warning, .authentication, "authn_login_success", .concerned,
                "A session was opened from a browser that was not seen before.")
        case .deviceMismatch:
            return EventFacts(
                .critical, .authentication, "authn_login_fail", .concerned,
                "A sign-in came from a device that this person has not used before.")
        case .geoAnomalyDetected:
            return EventFacts(
                .critical, .authentication, "authn_impossible_travel", .concerned,
                "A sign-in came from a place that is too far from the last one.")
        case .riskySignIn:
            return EventFacts(
                .warning, .authentication, "authn_login_fail", .concerned,
                "A sign-in looked suspicious, and more proof was asked for; the reasons are in the detail.")
        case .logout:
            return EventFacts(
                .info, .session, "session_expired", .concerned, "A person ended a session, or all of theirs.")
        case .tokenRefresh:
            return EventFacts(
                .info, .session, "session_renewed", .concerned, "A refresh token was exchanged.", kept: .routine)
        case .tokenTheftDetected:
            return EventFacts(
                .critical, .session, "authn_token_reuse", .concerned,
                "A refresh token that was already exchanged was presented again: it was copied, or its owner's client lost count."
            )
        case .tokenTheftLikelyFalse:
            return EventFacts(
                .info, .session, "authn_token_reuse", .concerned,
                "An alarm of theft was likely false: one client had lost count, and its owner has signed in again from it."
            )
        case .sessionRevoked:
            return EventFacts(
                .info, .session, "session_expired", .concerned,
                "A session was ended before its time by its owner from elsewhere, by an owner or admin, or by a rule.")
        case .registered:
            return EventFacts(.info, .account, "user_created", .concerned, "An account was made.", by: .guarded)
        case .registrationForKnownAddress:
            return EventFacts(
                .warning, .account, "user_created", .administrators,
                "Somebody tried to register with an address that has an account; the mail to its owner says so.",
                by: .anybody)
        case .invitationCreated:
            return EventFacts(.info, .account, "user_invited", .concerned, "Somebody was invited to make an account.")
        case .invitationRevoked:
            return EventFacts(.info, .account, "user_updated", .concerned, "An invitation was taken back.")
        case .emailVerified:
            return EventFacts(.info, .account, "user_updated", .concerned, "A person proved that an address is theirs.")
        case .emailChanged:
            return EventFacts(.warning, .account, "user_updated", .concerned, "The address of an account was changed.")
        case .accountUnlocked:
            return EventFacts(
                .info, .account, "authn_login_lock", .concerned, "A lock of sign-in was lifted before its time.")
        case .notMeReported:
            return EventFacts(
                .critical, .account, "malicious_account", .concerned,
                "A person said that a notice was not about their own doing; all of their sessions were ended.")
        case .roleChanged:
            return EventFacts(.warning, .account, "authz_change", .concerned, "The role of an account was changed.")
        case .accountDisabled:
            return EventFacts(.warning, .account, "user_updated", .concerned, "An account was switched off.")
        case .accountEnabled:
            return EventFacts(.warning, .account, "user_updated", .concerned, "An account was switched on again.")
        case .accountRemoved:
            return EventFacts(
                .warning, .account, "user_deleted", .concerned,
                "An account was removed, with everything that proved whose it was.")
        case .clientsHandedOver:
            return EventFacts(
                .warning, .account, "user_updated", .concerned,
                "The clients of somebody who left were handed to a colleague.")
        case .passwordChanged:
            return EventFacts(
                .critical, .credentials, "authn_password_change", .concerned, "The password was changed by its owner.")
        case .passwordResetRequested:
            return EventFacts(
                .info, .credentials, "authn_password_change", .concerned,
                "A link to choose a new password was asked for.", by: .anybody)
        case .passwordReset:
            return EventFacts(
                .warning, .credentials, "authn_password_change", .concerned,
                "The password was replaced through a mailed link.")
        case .breachCheckUnavailable:
            return EventFacts(
                .warning, .credentials, "sys_monitor_disabled", .administrators,
                "A new password could not be checked for known breaches, and was accepted.")
        case .mfaEnabled:
            return EventFacts(.warning, .credentials, "authn_mfa_change", .concerned, "A second factor was added.")
        case .mfaDisabled:
            return EventFacts(.critical, .credentials, "authn_mfa_change", .concerned, "A second factor was removed.")
        case .mfaFailed:
            return EventFacts(
                .warning, .credentials, "authn_mfa_fail", .concerned,
                "A second factor was refused; the reason is in the detail and was not shown.")
        case .recoveryCodeUsed:
            return EventFacts(
                .warning, .credentials, "authn_mfa_change", .concerned,
                "A recovery code was used in place of a second factor.")
        case .recoveryCodesRegenerated:
            return EventFacts(
                .warning, .credentials, "authn_mfa_change", .concerned,
                "New recovery codes were made; the ones before are dead.")
        case .smsCodeSent:
            return EventFacts(.info, .credentials, "authn_mfa_change", .concerned, "A code was sent to a phone.")
        case .passkeyAdded:
            return EventFacts(
                .warning, .credentials, "authn_mfa_change", .concerned, "A passkey or hardware key was added.")
        case .passkeyRemoved:
            return EventFacts(
                .warning, .credentials, "authn_mfa_change", .concerned, "A passkey or hardware key was removed.")
        case .passkeyCloneSuspected:
            return EventFacts(
                .critical, .credentials, "authn_mfa_fail", .concerned,
                "The counter of a passkey went backwards: there may be a copy of it.")
        case .apiKeyCreated:
            return EventFacts(
                .warning, .credentials, "authn_token_created", .concerned,
                "An API key was made; its name and what it may do are in the detail.")
        case .apiKeyRevoked:
            return EventFacts(
                .info, .credentials, "authn_token_revoked", .concerned, "An API key was revoked; why is in the detail.")
        case .apiKeyRefused:
            return EventFacts(
                .warning, .credentials, "authn_login_fail", .concerned,
                "An API key was refused; the reason is in the detail and was not shown.", kept: .routine, by: .anybody)
        case .deviceRemembered:
            return EventFacts(
                .info, .credentials, "authn_mfa_change", .concerned,
                "A browser was remembered: it is not asked for a second factor for a while.")
        case .deviceForgotten:
            return EventFacts(
                .info, .credentials, "authn_mfa_change", .concerned,
                "Browsers that were remembered are asked for a second factor again.")
        case .mfaRecoveryStarted:
            return EventFacts(
                .critical, .credentials, "authn_mfa_change", .concerned,
                "An owner or admin started the recovery of somebody who has lost every second factor.")
        case .mfaRecoveryStopped:
            return EventFacts(
                .warning, .credentials, "authn_mfa_change", .concerned, "The recovery of second factors was stopped.")
        case .dataExported:
            return EventFacts(.warning, .data, "sensitive_read", .concerned, "Clients were exported.")
        case .dataExportLarge:
            return EventFacts(
                .critical, .data, "sensitive_read", .concerned,
                "More clients were exported than is usual for this person.")
        case .exportGranted:
            return EventFacts(
                .warning, .data, "privilege_permissions_changed", .concerned, "Somebody was allowed to export clients.")
        case .exportGrantRevoked:
            return EventFacts(
                .info, .data, "privilege_permissions_changed", .concerned, "Somebody may not export clients any more.")
        case .exportRequested:
            return EventFacts(
                .warning, .data, "sensitive_read", .concerned, "An export of many clients waits for a second person.")
        case .exportApproved:
            return EventFacts(.warning, .data, "sensitive_read", .concerned, "A second person let an export through.")
        case .clientErased:
            return EventFacts(
                .warning, .data, "sensitive_delete", .concerned, "A client was erased, with everything about them.")
        case .bulkChangeLarge:
            return EventFacts(
                .warning, .data, "sensitive_update", .concerned,
                "More than 100 clients were deleted or assigned at once; the bulk change is in the detail."
            )
        case .dataImportStarted:
            return EventFacts(
                .info, .data, "upload_complete", .concerned, "A file of clients was handed in to be imported.")
        case .dataImportEnded:
            return EventFacts(
                .info, .data, "sensitive_create", .concerned,
                "An import has ended: how, and how many clients it made, is in the detail.")
        case .dataImportUndone:
            return EventFacts(
                .warning, .data, "sensitive_delete", .concerned, "What an import did was taken back.")
        case .securityLogExported:
            return EventFacts(.warning, .data, "sensitive_read", .concerned, "The security log was exported.")
        case .rateLimited:
            return EventFacts(
                .warning, .traffic, "excess_rate_limit_exceeded", .concerned,
                "A rate limit refused a request; written once a window and source.", kept: .routine, by: .anybody)
        case .csrfRejected:
            return EventFacts(
                .warning, .traffic, "malicious_csrf", .administrators,
                "A page of another origin tried to act with this browser's cookies.", kept: .routine, by: .anybody)
        case .personErased:
            return EventFacts(
                .warning, .data, "sensitive_delete", .administrators,
                "What the security log held about a person was erased; the events and their seals stay.")
        case .alertRuleChanged:
            return EventFacts(.warning, .monitoring, "authz_change", .concerned, "A rule for alerts was changed.")
        case .alertDeliveryFailed:
            return EventFacts(
                .warning, .monitoring, "sys_monitor_disabled", .administrators,
                "An alert could not be delivered and was given up.")
        case .auditTampering:
            return EventFacts(
                .critical, .monitoring, "sys_log_tampered", .administrators,
                "The security log was found changed, cut or reordered.")
        }
    }

    /// How loud the event is.
    package var severity: EventSeverity { facts.severity }

    /// The event's name in the OWASP Logging Vocabulary, for a reader that collects from many products.
    package var owaspName: String { facts.owaspName }

    /// What it is about.
    package var category: EventCategory { facts.category }

    /// What the event tells, in a sentence, for the documentation and the reader of an alert.
    package var summary: String { facts.summary }
}
