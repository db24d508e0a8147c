package import CRM
package import Core

/// Marks identities of appointments.
package enum AppointmentEntity {}

/// The identity of an appointment or a showing.
package typealias AppointmentID = Identifier<AppointmentEntity>

/// Some people of the brokerage meet clients, or show them a house.
package struct Appointment: Sendable, Hashable {
    /// The raw value is what the API shows.
    package enum Kind: String, Sendable, CaseIterable {
        case appointment, showing
    }

    /// What a client said of a house, or of the talk.
    package struct Feedback: Sendable, Hashable, Decodable {
        package var text: String?
        /// From 1 to 5.
        package var rating: Int?

        package init(text: String? = nil, rating: Int? = nil) {
            self.text = text
            self.rating = rating
        }
    }

    /// A client of an appointment, with their name.
    package struct Guest: Sendable, Hashable {
        package let id: ClientID
        package let name: String
    }

    package let id: AppointmentID
    package var kind = Kind.appointment
    package var title = ""
    package var note = ""
    package var location = ""
    /// Such as `Listing presentation`; empty where nobody said.
    package var type = ""
    /// Such as `No show`; empty where nobody said.
    package var outcome = ""
    package var feedback: Feedback?
    package var time: AppointmentTime
    package var reminderMinutes: Int?
    /// What is shown, where that is a listing of the brokerage.
    package var listingID: ListingID?
    /// Those that the reader reaches.
    package var guests: [Guest] = []
    package var attendees: [AccountID]
    package let createdBy: AccountID
    package let createdAt: Timestamp
    package var updatedAt: Timestamp
    /// Counts the changes from 1.
    package var version: Int64

    static let mostGuests = 20
    static let mostAttendees = 50

    /// An appointment that is made now.
    package init(_ id: AppointmentID, _ time: AppointmentTime, by creator: AccountID, at now: Timestamp) {
        self.id = id
        self.time = time
        attendees = [creator]
        createdBy = creator
        createdAt = now
        updatedAt = now
        version = 1
    }

    /// When a mail reminds of it.
    var remindAt: Timestamp? {
        guard let start = time.moments?.start, let reminderMinutes else { return nil }
        return start - .minutes(reminderMinutes)
    }
}

extension Appointment {
    /// Writes the appointment as the API shows it.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("id", id)
            object.member("kind", kind.rawValue)
            object.member("title", title)
            object.member("note", note)
            writeWhereAndWhen(to: &object)
            object.member("reminderMinutes", reminderMinutes.map(Int64.init))
            object.member("listingId", listingID)
            object.key("clients")
            object.array { list in
                for guest in guests {
                    list.object { item in
                        item.member("id", guest.id)
                        item.member("name", guest.name)
                    }
                }
            }
            object.key("attendees")
            object.array { list in attendees.forEach { list.identifier($0) } }
            object.member("createdBy", createdBy)
            object.member("createdAt", createdAt)
            object.member("updatedAt", updatedAt)
            object.member("version", version)
        }
    }

    /// The same members without the people, for the timeline.
    var detail: String {
        var writer = JSONWriter(capacity: 256)
        writer.object { object in writeWhereAndWhen(to: &object) }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func writeWhereAndWhen(to object: inout JSONWriter) {
        var (days, times, zone): ((String, String)?, (String, String)?, String?)
        switch time {
        case .days(let first, let last): days = (first.text, last.text)
        case .times(let start, let end, let place): (times, zone) = ((start.text, end.text), place.name)
        }
        object.member("startDay", days?.0)
        object.member("endDay", days?.1)
        object.member("startTime", times?.0)
        object.member("endTime", times?.1)
        object.member("timeZone", zone)
        object.member("startAt", time.moments?.start)
        object.member("endAt", time.moments?.end)
        object.member("location", location)
        object.member("type", type)
        object.member("outcome", outcome)
        object.key("feedback")
        if let feedback {
            object.object { item in
                item.member("text", feedback.text ?? "")
                item.member("rating", feedback.rating.map(Int64.init))
            }
        } else {
            object.null()
        }
    }
}
