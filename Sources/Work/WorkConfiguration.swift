/// What the operator decides of the work with clients.
package struct WorkConfiguration: Sendable {
    /// The zone of whoever has not chosen one: `TIME_ZONE`.
    package var timeZone = Zone.standard

    /// When plans send no mail: `QUIET_HOURS`.
    package var quietHours = QuietHours.standard

    package init() {}
}
