/// Everything that the security log can tell. The list is closed: an event that is not here cannot be written.
///
/// The raw value is the `type` of the API and of the table; a name is never reused for something else. What is known of each is in
/// ``facts``.
package enum EventType: String, Sendable, CaseIterable {
    /// A session was opened.
    case loginSuccess = "login_success"
    /// A sign-in was refused; the reason is in the detail and was not shown.
    case loginFailed = "login_failed"
    /// Three or more sign-ins for one address were refused within five minutes.
    case multipleFailedLogins = "multiple_failed_logins"
    /// Too many refused sign-ins or codes: the address, the known device or the second factor is locked.
    case accountLocked = "account_locked"
    /// A sign-in was tried while locked; it was refused unread and lengthened nothing.
    case lockoutAttemptWhileLocked = "lockout_attempt_while_locked"
    /// The password or a factor was shown again for a sensitive action.
    case reauthenticated
    /// A session was opened from a browser that was not seen before.
    case newDeviceLogin = "new_device_login"
    /// A sign-in came from a device that this person has not used before.
    case deviceMismatch = "device_mismatch"
    /// A sign-in came from a place that is too far from the last one.
    case geoAnomalyDetected = "geo_anomaly_detected"
    /// A sign-in looked suspicious, and more proof was asked for; the reasons are in the detail.
    case riskySignIn = "risky_sign_in"
    /// A person ended a session, or all of theirs.
    case logout
    /// A refresh token was exchanged.
    case tokenRefresh = "token_refresh"
    /// A refresh token that was already exchanged was presented again: it was copied, or its owner's client lost count.
    case tokenTheftDetected = "token_theft_detected"
    /// An alarm of theft was likely false: one client had lost count, and its owner has signed in again from it.
    case tokenTheftLikelyFalse = "token_theft_likely_false"
    /// A session was ended before its time by its owner from elsewhere, by an owner or admin, or by a rule.
    case sessionRevoked = "session_revoked"
    /// An account was made.
    case registered
    /// Somebody tried to register with an address that has an account; the mail to its owner says so.
    case registrationForKnownAddress = "registration_for_known_address"
    /// Somebody was invited to make an account.
    case invitationCreated = "invitation_created"
    /// An invitation was taken back.
    case invitationRevoked = "invitation_revoked"
    /// A person proved that an address is theirs.
    case emailVerified = "email_verified"
    /// The address of an account was changed.
    case emailChanged = "email_changed"
    /// A lock of sign-in was lifted before its time.
    case accountUnlocked = "account_unlocked"
    /// A person said that a notice was not about their own doing; all of their sessions were ended.
    case notMeReported = "not_me_reported"
    /// The role of an account was changed.
    case roleChanged = "role_changed"
    /// An account was switched off.
    case accountDisabled = "account_disabled"
    /// An account was switched on again.
    case accountEnabled = "account_enabled"
    /// An account was removed, with everything that proved whose it was.
    case accountRemoved = "account_removed"
    /// The clients of somebody who left were handed to a colleague.
    case clientsHandedOver = "clients_handed_over"
    /// The password was changed by its owner.
    case passwordChanged = "password_changed"
    /// A link to choose a new password was asked for.
    case passwordResetRequested = "password_reset_requested"
    /// The password was replaced through a mailed link.
    case passwordReset = "password_reset"
    /// A new password could not be checked for known breaches, and was accepted.
    case breachCheckUnavailable = "breach_check_unavailable"
    /// A second factor was added.
    case mfaEnabled = "mfa_enabled"
    /// A second factor was removed.
    case mfaDisabled = "mfa_disabled"
    /// A second factor was refused; the reason is in the detail and was not shown.
    case mfaFailed = "mfa_failed"
    /// A recovery code was used in place of a second factor.
    case recoveryCodeUsed = "recovery_code_used"
    /// New recovery codes were made; the ones before are dead.
    case recoveryCodesRegenerated = "recovery_codes_regenerated"
    /// A code was sent to a phone.
    case smsCodeSent = "sms_code_sent"
    /// A passkey or hardware key was added.
    case passkeyAdded = "passkey_added"
    /// A passkey or hardware key was removed.
    case passkeyRemoved = "passkey_removed"
    /// The counter of a passkey went backwards: there may be a copy of it.
    case passkeyCloneSuspected = "passkey_clone_suspected"
    /// An API key was made; its name and what it may do are in the detail.
    case apiKeyCreated = "api_key_created"
    /// An API key was revoked; why is in the detail.
    case apiKeyRevoked = "api_key_revoked"
    /// An API key was refused; the reason is in the detail and was not shown.
    case apiKeyRefused = "api_key_refused"
    /// A browser was remembered: it is not asked for a second factor for a while.
    case deviceRemembered = "device_remembered"
    /// Browsers that were remembered are asked for a second factor again.
    case deviceForgotten = "device_forgotten"
    /// An owner or admin started the recovery of somebody who has lost every second factor.
    case mfaRecoveryStarted = "mfa_recovery_started"
    /// The recovery of second factors was stopped.
    case mfaRecoveryStopped = "mfa_recovery_stopped"
    /// Clients were exported.
    case dataExported = "data_export"
    /// More clients were exported than is usual for this person.
    case dataExportLarge = "data_export_large"
    /// Somebody was allowed to export clients.
    case exportGranted = "export_granted"
    /// Somebody may not export clients any more.
    case exportGrantRevoked = "export_grant_revoked"
    /// An export of many clients waits for a second person.
    case exportRequested = "export_requested"
    /// A second person let an export through.
    case exportApproved = "export_approved"
    /// A client was erased, with everything about them.
    case clientErased = "client_erased"
    /// Many clients were deleted or given to somebody else at once.
    case bulkChangeLarge = "bulk_change_large"
    /// A file of clients was handed in to be imported.
    case dataImportStarted = "data_import_started"
    /// An import has ended: how, and how many clients it made, is in the detail.
    case dataImportEnded = "data_import_ended"
    /// What an import did was taken back.
    case dataImportUndone = "data_import_undone"
    /// The security log was exported.
    case securityLogExported = "security_log_exported"
    /// What the security log held about a person was erased; the events and their seals stay.
    case personErased = "person_erased"
    /// A rate limit refused a request; written once a window and source.
    case rateLimited = "rate_limited"
    /// A page of another origin tried to act with this browser's cookies.
    case csrfRejected = "csrf_rejected"
    /// A rule for alerts was changed.
    case alertRuleChanged = "alert_rule_changed"
    /// An alert could not be delivered and was given up.
    case alertDeliveryFailed = "alert_delivery_failed"
    /// The security log was found changed, cut or reordered.
    case auditTampering = "audit_tampering_detected"
}
