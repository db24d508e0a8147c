package import HTTPTypes
import Sessions

/// Every way in which the API refuses: the stable `code` of its errors (RFC 9457). A code is never renamed.
package enum ProblemCode: String, Sendable, CaseIterable {
    case invalidRequest = "invalid_request"
    case unknownField = "unknown_field"
    case invalidCursor = "invalid_cursor"
    case tokenMissing = "token_missing"
    case tokenInvalid = "token_invalid"
    case tokenExpired = "token_expired"
    case sessionRevoked = "session_revoked"
    case sessionExpired = "session_expired"
    case apiKeyInvalid = "api_key_invalid"
    case keyNotAllowed = "key_not_allowed"
    case scopeMissing = "scope_missing"
    case apiKeyLimit = "api_key_limit"
    case importLimit = "import_limit"
    case invalidCredentials = "invalid_credentials"
    case invalidCode = "invalid_code"
    case challengeInvalid = "challenge_invalid"
    case passkeyUnknown = "passkey_unknown"
    case refreshTokenMissing = "refresh_token_missing"
    case refreshTokenInvalid = "refresh_token_invalid"
    case refreshTokenExpired = "refresh_token_expired"
    case refreshTokenReused = "refresh_token_reused"
    case forbidden
    case csrfRejected = "csrf_rejected"
    case registrationClosed = "registration_closed"
    case emailNotVerified = "email_not_verified"
    case accountDisabled = "account_disabled"
    case exportNotAllowed = "export_not_allowed"
    case exportApprovalRequired = "export_approval_required"
    case passwordExpired = "password_expired"
    case lastOwner = "last_owner"
    case accountInUse = "account_in_use"
    case mailNotConfigured = "mail_not_configured"
    case reauthenticationRequired = "reauthentication_required"
    case secondFactorRequired = "second_factor_required"
    case mfaDisabled = "mfa_disabled"
    case passkeysDisabled = "passkeys_disabled"
    case smsNotConfigured = "sms_not_configured"
    case factorExists = "factor_exists"
    case strongerFactorRequired = "stronger_factor_required"
    case passkeyNotAllowed = "passkey_not_allowed"
    case passkeyRejected = "passkey_rejected"
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case emailTaken = "email_taken"
    case possibleDuplicate = "possible_duplicate"
    case versionMismatch = "version_mismatch"
    case mergedSince = "merged_since"
    case undoExpired = "undo_expired"
    case notUndoable = "not_undoable"
    case neighbourMoved = "neighbour_moved"
    case payloadTooLarge = "payload_too_large"
    case requestTimeout = "request_timeout"
    case unsupportedMediaType = "unsupported_media_type"
    case passwordPolicy = "password_policy"
    case accountLocked = "account_locked"
    case rateLimited = "rate_limited"
    case internalError = "internal"
    case overloaded
    case databaseUnavailable = "database_unavailable"
}

extension ProblemCode {
    /// The status of the answer.
    package var status: HTTPResponse.Status {
        switch self {
        case .invalidRequest, .unknownField, .invalidCursor: return .badRequest
        case .tokenMissing, .tokenInvalid, .tokenExpired, .sessionRevoked, .sessionExpired, .invalidCredentials,
            .invalidCode, .challengeInvalid, .passkeyUnknown, .refreshTokenMissing, .refreshTokenInvalid,
            .refreshTokenExpired, .refreshTokenReused, .apiKeyInvalid:
            return .unauthorized
        case .forbidden, .csrfRejected, .registrationClosed, .emailNotVerified, .accountDisabled,
            .exportNotAllowed, .exportApprovalRequired, .passwordExpired, .reauthenticationRequired,
            .secondFactorRequired, .keyNotAllowed,
            .scopeMissing:
            return .forbidden
        case .notFound: return .notFound
        case .methodNotAllowed: return .methodNotAllowed
        case .emailTaken, .possibleDuplicate, .lastOwner, .accountInUse, .mailNotConfigured, .mfaDisabled,
            .passkeysDisabled,
            .smsNotConfigured, .factorExists, .strongerFactorRequired, .passkeyNotAllowed, .apiKeyLimit,
            .mergedSince, .undoExpired, .notUndoable, .neighbourMoved, .importLimit:
            return .conflict
        case .versionMismatch: return .preconditionFailed
        case .payloadTooLarge: return .contentTooLarge
        case .requestTimeout: return .requestTimeout
        case .unsupportedMediaType: return .unsupportedMediaType
        case .passwordPolicy, .passkeyRejected: return .unprocessableContent
        case .accountLocked: return HTTPResponse.Status(code: 423, reasonPhrase: "Locked")
        case .rateLimited: return .tooManyRequests
        case .internalError: return .internalServerError
        case .overloaded, .databaseUnavailable: return .serviceUnavailable
        }
    }

    /// What happened, in a few words; the same every time (RFC 9457 §3.1.3).
    package var title: String {
        switch self {
        case .invalidRequest: return "The request is not valid"
        case .unknownField: return "The request has a field that is not known"
        case .invalidCursor: return "The cursor is not valid"
        case .tokenMissing: return "Sign-in is needed"
        case .tokenInvalid: return "The access token is not valid"
        case .tokenExpired: return "The access token has expired"
        case .sessionRevoked: return "The session was ended"
        case .sessionExpired: return "The session is over"
        case .apiKeyInvalid: return "The API key is not valid"
        case .keyNotAllowed: return "An API key cannot do this"
        case .scopeMissing: return "The API key was not given the scope"
        case .apiKeyLimit: return "There are too many API keys"
        case .importLimit: return "Too many imports are under way"
        case .invalidCredentials: return "The address or the password is wrong"
        case .invalidCode: return "The code is wrong"
        case .challengeInvalid: return "This step is not valid any more"
        case .passkeyUnknown: return "The passkey is not known here"
        case .secondFactorRequired: return "A second factor is needed"
        case .mfaDisabled: return "Second factors are switched off"
        case .passkeysDisabled: return "Passkeys are switched off"
        case .smsNotConfigured: return "SMS cannot be sent"
        case .factorExists: return "There is such a factor already"
        case .strongerFactorRequired: return "A stronger factor is needed"
        case .passkeyNotAllowed: return "This passkey cannot be used"
        case .passkeyRejected: return "The passkey could not be verified"
        case .refreshTokenMissing: return "There is no refresh token"
        case .refreshTokenInvalid: return "The refresh token is not valid"
        case .refreshTokenExpired: return "The refresh token has expired"
        case .refreshTokenReused: return "The refresh token was used before"
        case .forbidden: return "Not allowed"
        case .csrfRejected: return "The request came from another site"
        case .registrationClosed: return "Registration is closed"
        case .emailNotVerified: return "The e-mail address is not verified"
        case .accountDisabled: return "The account is disabled"
        case .exportNotAllowed: return "Export is not allowed"
        case .exportApprovalRequired: return "A second person must approve the export"
        case .passwordExpired: return "The password has expired"
        case .lastOwner: return "There must be an owner"
        case .accountInUse: return "The account is still in use"
        case .mailNotConfigured: return "Mail cannot be sent"
        case .reauthenticationRequired: return "The password is needed again"
        case .notFound: return "Not found"
        case .methodNotAllowed: return "Method not allowed"
        case .emailTaken: return "The e-mail address is taken"
        case .possibleDuplicate: return "There may be such a client already"
        case .versionMismatch: return "Somebody else changed it meanwhile"
        case .mergedSince: return "The client was merged into another one since"
        case .undoExpired: return "It cannot be undone any more"
        case .notUndoable: return "It cannot be taken back"
        case .neighbourMoved: return "The neighbour has gone elsewhere"
        case .payloadTooLarge: return "The request is too large"
        case .requestTimeout: return "The request took too long to arrive"
        case .unsupportedMediaType: return "The body is of a type that is not accepted here"
        case .passwordPolicy: return "The password does not meet the policy"
        case .accountLocked: return "Sign-in is locked"
        case .rateLimited: return "Too many requests"
        case .internalError: return "Something went wrong here"
        case .overloaded: return "The server is busy"
        case .databaseUnavailable: return "The database cannot be reached"
        }
    }

    /// What to do about it, unless the place that refuses knows better.
    package var advice: String {
        switch self {
        case .invalidRequest: return "Mend what the errors name and send it again."
        case .unknownField: return "Leave out the fields that the errors name; they may be misspelt."
        case .invalidCursor:
            return "Start again without a cursor; a cursor belongs to one list with one set of filters."
        case .tokenMissing: return "Send the access token in the header Authorization: Bearer."
        case .tokenInvalid: return "Refresh the session, or sign in again."
        case .tokenExpired: return "Refresh the session to get a new access token."
        case .sessionRevoked, .sessionExpired: return "Sign in again."
        case .apiKeyInvalid:
            return "Check that it is whole. If it is, its owner sees why under GET /v1/security/events."
        case .keyNotAllowed: return "Sign in: this takes a person."
        case .scopeMissing: return "Make a key that has it: POST /v1/api-keys."
        case .importLimit: return "Wait until one has ended, or stop one: DELETE /v1/imports/{id}."
        case .apiKeyLimit: return "Revoke one that is not used any more: DELETE /v1/api-keys/{id}."
        case .invalidCredentials: return "Check both and try again."
        case .invalidCode: return "Enter the code that is shown now; each code counts once."
        case .challengeInvalid: return "It ran out or was used. Begin again."
        case .passkeyUnknown: return "Use another passkey, or sign in with your password."
        case .secondFactorRequired:
            return "Confirm with POST /v1/auth/reauthenticate and a code or passkey, then send it again. "
                + "If you have no second factor, set one up: POST /v1/auth/mfa/totp."
        case .mfaDisabled: return "Ask the operator to set ENABLE_MFA=true."
        case .passkeysDisabled: return "Ask the operator to set ENABLE_BIOMETRIC_AUTH or ENABLE_HARDWARE_KEYS."
        case .smsNotConfigured: return "Use another factor, or ask the operator to set up SMS."
        case .factorExists: return "Remove the one that there is first."
        case .strongerFactorRequired: return "Add an authenticator app or a passkey first."
        case .passkeyNotAllowed:
            return "It is registered already, of a kind or model that is not allowed here, or one too many."
        case .passkeyRejected: return "Begin again on the page of this site; the errors say what did not fit."
        case .refreshTokenMissing: return "Send the refresh cookie, or refreshToken in the body; or sign in again."
        case .refreshTokenInvalid, .refreshTokenExpired: return "Sign in again."
        case .refreshTokenReused:
            return "The token may have been copied, so the sessions it belongs to were ended. Sign in again."
        case .forbidden: return "Your role does not include this. Ask an owner or admin."
        case .csrfRejected:
            return "Requests that carry the sign-in cookie must name an origin of this server: send the header Origin."
        case .registrationClosed: return "Ask an owner or admin for an invitation."
        case .emailNotVerified: return "Open the link in the mail that was sent to the address."
        case .accountDisabled: return "Ask an owner or admin to enable it."
        case .exportNotAllowed: return "Ask an owner to allow it: PUT /v1/export-grants/{id}."
        case .exportApprovalRequired:
            return
                "Have an owner or admin approve it with POST /v1/export-requests/{id}/approve, then send this again with ?approved= and the request."
        case .passwordExpired: return "Choose a new one: POST /v1/auth/forgot-password mails a link."
        case .lastOwner: return "Make somebody else an owner first."
        case .accountInUse:
            return "Have them leave first: POST /v1/users/{id}/leave hands their clients to a colleague."
        case .mailNotConfigured: return "Ask the operator to set MAIL_URL."
        case .reauthenticationRequired:
            return "Confirm with POST /v1/auth/reauthenticate, then send the same request again."
        case .notFound: return "There is nothing here, or you may not see it."
        case .methodNotAllowed: return "The header Allow names the methods that work here."
        case .emailTaken: return "Sign in, or use another address."
        case .possibleDuplicate: return "Look at the matches; send it again with ?force=true to go on."
        case .versionMismatch: return "Fetch it again, then repeat the change."
        case .mergedSince: return "Undo the merge that the member mergeId names first."
        case .undoExpired: return "The time for it is over; the history shows what it changed."
        case .notUndoable: return "It has not ended, was taken back already, or ended more than 24 hours ago."
        case .neighbourMoved:
            return
                "Somebody has moved the deals next to this place meanwhile. Look at the board again and drag once more."
        case .payloadTooLarge: return "Send at most 1 MiB."
        case .requestTimeout: return "Send it again, over a faster connection if there is one."
        case .unsupportedMediaType: return "Send application/json."
        case .passwordPolicy: return "Choose another password; the errors say what is missing."
        case .accountLocked: return "Wait until the time in Retry-After has passed."
        case .rateLimited: return "Wait until the time in Retry-After has passed."
        case .internalError:
            return "It has been logged under the id below. Try again; if it stays, tell the operator the id."
        case .overloaded, .databaseUnavailable: return "Try again in a moment."
        }
    }
}
