/// What the operator decides of the work with clients.
package struct WorkConfiguration: Sendable {
    /// The zone of whoever has not chosen one: `TIME_ZONE`.
    package var timeZone = Zone.standard

    /// When plans send no mail: `QUIET_HOURS`.
    package var quietHours = QuietHours.standard
    /// `PUBLIC_URL`, where the addresses of calendars lead.
    package var origin = ""

    package init() {}
}
