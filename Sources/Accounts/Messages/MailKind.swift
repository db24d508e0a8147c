/// Every mail that Gatehouse writes. The raw value names its template.
package enum MailKind: String, Sendable, CaseIterable, Codable {
    /// To prove an address after registering.
    case verifyEmail = "verify_email"
    /// Somebody tried to register with an address that has an account.
    case accountExists = "account_exists"
    /// To choose a new password.
    case resetPassword = "reset_password"
    /// Sign-in was locked by failures; to unlock it.
    case accountUnlock = "account_unlock"
    /// To make an account.
    case invitation
    /// A sign-in from a browser that was not seen before.
    case newDevice = "new_device"
    /// A sign-in from a device that the person has not used before, noticed by its traits.
    case deviceMismatch = "device_mismatch"
    /// A sign-in too far from the last one.
    case geoAnomaly = "geo_anomaly"
    /// The password was changed by its owner.
    case passwordChanged = "password_changed"
    /// The password was replaced through a mailed link.
    case passwordReset = "password_reset"
    /// To prove a new address.
    case emailChangeConfirm = "email_change_confirm"
    /// The address was changed; to the old one, with a way back.
    case emailChanged = "email_changed"
    /// A copied refresh token was presented and sessions were ended.
    case tokenTheft = "token_theft"
    /// Clients were exported.
    case exportMade = "export_made"
    /// A colleague has exported clients; for owners.
    case exportByColleague = "export_by_colleague"
    /// A colleague's export waits for an owner or admin.
    case exportRequested = "export_requested"
    /// An owner or admin switched the account off.
    case accountDisabled = "account_disabled"
    /// A colleague left and handed their clients over.
    case clientsHandedOver = "clients_handed_over"
    /// A second factor was added.
    case factorAdded = "factor_added"
    /// A second factor was removed.
    case factorRemoved = "factor_removed"
    /// Somebody who knows the password has entered wrong codes.
    case factorLocked = "factor_locked"
    /// A recovery code was used.
    case recoveryCodeUsed = "recovery_code_used"
    /// An owner or admin has started the recovery of lost factors; with a way to stop it.
    case factorRecoveryStarted = "factor_recovery_started"
    /// The counter of a passkey went backwards.
    case passkeyCloned = "passkey_cloned"
    /// The code for a sign-in that looked suspicious.
    case signInCode = "sign_in_code"
    /// An API key was made.
    case apiKeyCreated = "api_key_created"
    /// A colleague mentioned somebody in a note about a client.
    case mentioned
    /// A task is due soon.
    case taskReminder = "task_reminder"
    /// An appointment begins soon.
    case appointmentReminder = "appointment_reminder"
    /// A webhook was switched off after days of failure; for owners.
    case webhookOff = "webhook_off"
    /// A security event, to whoever watches over the installation.
    case alert
}
