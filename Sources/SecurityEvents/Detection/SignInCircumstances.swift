package import Core

/// What is known of a sign-in whose password, or passkey, was right.
package struct SignInCircumstances: Sendable, Hashable {
    package var account: AccountID
    package var source: RequestSource
    /// The 16 bytes of the device cookie, after its code was checked for this person; `nil` without one. For
    /// ``SignInDetection/learn(_:_:in:)`` those of the cookie that the browser has from now on.
    package var deviceNonce: [UInt8]?
    /// Refused attempts for this address within the window of the lockout.
    package var recentFailures: Int
    /// Whether the password that was typed is known from breaches.
    package var passwordIsBreached: Bool
    /// Whether more proof can be asked for: the person has a second factor, or mail can be sent.
    package var canBeChallenged: Bool
    /// Whether it may be refused. A passkey alone may not: it is two factors, which no page and no list of passwords can have got hold of, so
    /// that what is found is told and nothing more.
    package var canBeRefused = true
    package var at: Timestamp
    /// Whether this person has never signed in before.
    package var isFirstSignIn: Bool

    package init(
        account: AccountID, source: RequestSource, deviceNonce: [UInt8]?, recentFailures: Int = 0,
        passwordIsBreached: Bool = false, canBeChallenged: Bool, at: Timestamp, isFirstSignIn: Bool
    ) {
        self.account = account
        self.source = source
        self.deviceNonce = deviceNonce
        self.recentFailures = recentFailures
        self.passwordIsBreached = passwordIsBreached
        self.canBeChallenged = canBeChallenged
        self.at = at
        self.isFirstSignIn = isFirstSignIn
    }
}
