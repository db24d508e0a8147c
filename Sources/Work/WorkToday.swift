/// Of what somebody's day is put together, in the order in which the answer shows it. Whatever else belongs on it is a ``TodayPart`` of its own room and
/// stands here.
package enum WorkToday {
    /// All parts.
    package static var parts: [any TodayPart] {
        [
            OverdueTasks(), DueTasks(), TodayAppointments(), NewLeads(), DealDays(), NewMatches(), Celebrations(),
            NotContacted(),
        ]
    }
}
