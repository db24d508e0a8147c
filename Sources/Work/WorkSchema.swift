package import Storage

/// The tables of the work with clients. Numbers from 170.
package enum WorkSchema {
    /// The steps in order.
    package static var migrations: [Migration] {
        [
            TimelineTable.migration, ClientContact.migration, ClientFileTable.migration,
            UserSettings.migration, TaskTable.migration, AppointmentTable.migration, AppointmentTable.listingMigration,
            CalendarFeed.migration,
            MailTemplateTable.migration, PlanTable.migration,
            PipelineTable.migration, DealTemplateTable.migration, DealTable.migration, DealTasks.migration,
            ListingTable.migration, RequestTable.migration, MatchTable.migration,
            SourceCostTable.migration, ReportIndexes.migration,
            WebhookTable.migration,
        ]
    }
}
