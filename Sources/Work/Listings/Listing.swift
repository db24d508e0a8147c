package import CRM
package import Core

/// Marks identities of listings.
package enum ListingEntity {}

/// The identity of a listing.
package typealias ListingID = Identifier<ListingEntity>

/// A property that is, was or will be on the market.
package struct Listing: Sendable, Hashable {
    /// Where it stands: the StandardStatus of the RESO Data Dictionary, as it is spelled there.
    package enum Status: String, Sendable, CaseIterable {
        case comingSoon = "Coming Soon"
        case active = "Active"
        case activeUnderContract = "Active Under Contract"
        case pending = "Pending"
        case closed = "Closed"
        case hold = "Hold"
        case withdrawn = "Withdrawn"
        case expired = "Expired"
        case canceled = "Canceled"

        /// Whether a buyer can still get it, and is told of it.
        package var isAvailable: Bool { self == .comingSoon || self == .active }

        /// Whether its agent still has something to do with it.
        var isLive: Bool {
            switch self {
            case .comingSoon, .active, .activeUnderContract, .pending, .hold: return true
            case .closed, .withdrawn, .expired, .canceled: return false
            }
        }
    }

    /// What stands there; the raw value is what the API shows.
    package enum Kind: String, Sendable, CaseIterable {
        case house, condo, townhouse, multiFamily, manufactured, land, commercial, other
    }

    package let id: ListingID
    package var mlsNumber: String?
    package var status: Status
    /// In cents; `nil` while it is not set.
    package var price: Int64?
    package var address: Address
    package var facts: Facts
    package var description: String
    /// Where the photos are, the first one first.
    package var photos: [String]
    /// Whose listing it is.
    package var agentID: AccountID
    package let createdAt: Timestamp
    package var updatedAt: Timestamp
    /// From 1; every change counts.
    package var version: Int64
    /// Whom it belongs to, and who would like it, as far as the reader reaches them.
    package var sellers: [Person] = []
    package var interested: [Person] = []

    /// Where it is.
    package struct Address: Sendable, Hashable, Decodable {
        package var street: String?
        package var city: String?
        package var state: String?
        package var code: String?
        package var country: String?

        /// On one line.
        package var line: String { [street, city, state, code].compactMap(\.self).joined(separator: ", ") }
    }

    /// What is measured of it. Areas in square feet.
    package struct Facts: Sendable, Hashable {
        package var kind: Kind?
        package var beds: Int64?
        /// Full bathrooms, and those without a bath.
        package var baths: Int64?
        package var halfBaths: Int64?
        package var area: Int64?
        package var lotArea: Int64?
        package var yearBuilt: Int64?
    }

    /// A client of the listing.
    package struct Person: Sendable, Hashable {
        package let clientID: ClientID
        package let firstName: String
        package let lastName: String
    }

    static let (mostPhotos, mostSellers) = (100, 20)
}

extension Listing {
    /// Writes the listing as the API shows it.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("id", id)
            object.member("mlsNumber", mlsNumber)
            object.member("status", status.rawValue)
            object.member("price", price)
            object.key("address")
            object.object { item in
                item.member("street", address.street)
                item.member("city", address.city)
                item.member("state", address.state)
                item.member("code", address.code)
                item.member("country", address.country)
            }
            object.member("type", facts.kind?.rawValue)
            object.member("beds", facts.beds)
            object.member("baths", facts.baths)
            object.member("halfBaths", facts.halfBaths)
            object.member("area", facts.area)
            object.member("lotArea", facts.lotArea)
            object.member("yearBuilt", facts.yearBuilt)
            object.member("description", description)
            object.key("photos")
            object.array { list in photos.forEach { list.string($0) } }
            object.member("agentId", agentID)
            object.key("sellers")
            object.array { list in sellers.forEach { $0.write(to: &list) } }
            object.key("interested")
            object.array { list in interested.forEach { $0.write(to: &list) } }
            object.member("createdAt", createdAt)
            object.member("updatedAt", updatedAt)
            object.member("version", version)
        }
    }
}

extension Listing.Person {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("clientId", clientID)
            object.member("firstName", firstName)
            object.member("lastName", lastName)
        }
    }
}

/// A place as it is compared: lower-case, without spaces around it; of a ZIP+4 the five digits.
enum PlaceKey {
    static func city(_ text: String?) -> String? { key(text) }

    static func postalCode(_ text: String?) -> String? {
        guard let key = key(text) else { return nil }
        let digits = key.prefix { $0.isASCII && $0.isNumber }
        return digits.count == 5 && key.count == 10 ? String(digits) : key
    }

    private static func key(_ text: String?) -> String? {
        guard let text else { return nil }
        let words = text.lowercased().split(whereSeparator: \.isWhitespace)
        return words.isEmpty ? nil : words.joined(separator: " ")
    }
}
