package import CRM

/// What of this target hangs on clients, for the book of clients to tell when those become one, are erased or change hands.
package enum WorkDependents {
    /// All of it.
    package static var all: [any ClientDependent] {
        [
            TimelineOfClients(), FilesOfClients(), TasksOfClients(), AppointmentsOfClients(), DealsOfClients(),
            ListingsOfClients(), RequestsOfClients(), PlansOfClients(),
        ]
    }
}
