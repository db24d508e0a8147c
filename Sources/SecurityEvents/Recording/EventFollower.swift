package import Storage

/// What has to happen together with an event, in its transaction: an alert, for one.
package protocol EventFollower: Sendable {
    /// Runs in the transaction of `event`, after it was written. Costs nothing for an event that it has no interest in.
    func follow(_ event: Event, in session: any SQLSession) throws

    /// The same as statements, for an event that a batch writes on a condition: they must do nothing unless there is a row of
    /// `security_event` with the event's identity.
    func statements(following event: Event) -> [SQL]
}
