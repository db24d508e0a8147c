package import CRM
package import Core

/// Marks identities of the requests of buyers.
package enum BuyerRequestEntity {}

/// The identity of a request.
package typealias BuyerRequestID = Identifier<BuyerRequestEntity>

/// What a client looks for. What is `nil` or empty asks for nothing.
package struct BuyerRequest: Sendable, Hashable {
    package let id: BuyerRequestID
    package var clientID: ClientID
    package var name: String
    /// In cents.
    package var minPrice: Int64?
    package var maxPrice: Int64?
    package var minBeds: Int64?
    package var minBaths: Int64?
    /// In square feet.
    package var minArea: Int64?
    package var maxArea: Int64?
    package var types: [String]
    package var cities: [String]
    package var postalCodes: [String]
    /// Whether the client still looks.
    package var isActive: Bool
    package let createdAt: Timestamp
    package var updatedAt: Timestamp
    package var version: Int64

    /// Where it has to be, as listings are compared: one of these, or anywhere if there are none.
    var places: [(kind: String, value: String)] {
        Set(cities.compactMap(PlaceKey.city)).sorted().map { ("city", $0) }
            + Set(postalCodes.compactMap(PlaceKey.postalCode)).sorted().map { ("postal", $0) }
    }

    /// The most places of one, and the most requests of one client.
    static let (mostPlaces, most) = (50, 20)
}

/// A request to be, or a change of one, as a caller sends it; nothing in it is checked yet. What is absent stays as it is.
package struct BuyerRequestDraft: Sendable, Decodable {
    package var name: String?
    package var minPrice: Change<Int64> = .keep
    package var maxPrice: Change<Int64> = .keep
    package var minBeds: Change<Int64> = .keep
    package var minBaths: Change<Int64> = .keep
    package var minArea: Change<Int64> = .keep
    package var maxArea: Change<Int64> = .keep
    package var types: [String]?
    package var cities: [String]?
    package var postalCodes: [String]?
    package var isActive: Bool?

    /// What a body may name.
    package enum CodingKeys: String, CodingKey {
        case name, minPrice, maxPrice, minBeds, minBaths, minArea, maxArea, types, cities, postalCodes, isActive
    }

    package init() {}

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        name = try fields.decodeIfPresent(String.self, forKey: .name)
        minPrice = try fields.change(.minPrice)
        maxPrice = try fields.change(.maxPrice)
        minBeds = try fields.change(.minBeds)
        minBaths = try fields.change(.minBaths)
        minArea = try fields.change(.minArea)
        maxArea = try fields.change(.maxArea)
        types = try fields.decodeIfPresent([String].self, forKey: .types)
        cities = try fields.decodeIfPresent([String].self, forKey: .cities)
        postalCodes = try fields.decodeIfPresent([String].self, forKey: .postalCodes)
        isActive = try fields.decodeIfPresent(Bool.self, forKey: .isActive)
    }
}

extension BuyerRequestDraft {
    /// The request after the change.
    func applied(to request: BuyerRequest, _ check: inout FieldCheck) -> BuyerRequest {
        var changed = request
        if let name { changed.name = check.line(name, "name", 100) }
        let cents: ClosedRange<Int64> = 1...1_000_000_000_000
        changed.minPrice = number(minPrice, request.minPrice, "minPrice", cents, &check)
        changed.maxPrice = number(maxPrice, request.maxPrice, "maxPrice", cents, &check)
        changed.minBeds = number(minBeds, request.minBeds, "minBeds", 0...200, &check)
        changed.minBaths = number(minBaths, request.minBaths, "minBaths", 0...200, &check)
        changed.minArea = number(minArea, request.minArea, "minArea", 1...100_000_000, &check)
        changed.maxArea = number(maxArea, request.maxArea, "maxArea", 1...100_000_000, &check)
        for (low, high, field) in [
            (changed.minPrice, changed.maxPrice, "maxPrice"), (changed.minArea, changed.maxArea, "maxArea"),
        ] {
            if let low, let high, low > high { check.refuse(field, .outOfRange, "Give the lower number first.") }
        }
        if let types {
            changed.types = check.capped(types, "types", Listing.Kind.allCases.count).enumerated().map { index, type in
                if Listing.Kind(rawValue: type) == nil {
                    let names = Listing.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                    check.refuse("types[\(index)]", .unknownChoice, "This must be one of: \(names).")
                }
                return type
            }
        }
        if let cities { changed.cities = places(cities, "cities", 100, &check) }
        if let postalCodes { changed.postalCodes = places(postalCodes, "postalCodes", 20, &check) }
        if let isActive { changed.isActive = isActive }
        return changed
    }

    private func number(
        _ change: Change<Int64>, _ current: Int64?, _ field: String, _ range: ClosedRange<Int64>,
        _ check: inout FieldCheck
    ) -> Int64? {
        if case .set(let number) = change, !range.contains(number) {
            check.refuse(
                field, .outOfRange,
                "Give a whole number from \(range.lowerBound) to \(range.upperBound), or leave it out.")
        }
        return change.over(current)
    }

    private func places(
        _ texts: [String], _ field: String, _ limit: Int, _ check: inout FieldCheck
    ) -> [String] {
        check.capped(texts, field, BuyerRequest.mostPlaces).enumerated().map { index, text in
            let line = check.line(text, "\(field)[\(index)]", limit)
            if line.isEmpty { check.refuse("\(field)[\(index)]", .required, "Leave out what is empty.") }
            return line
        }
    }
}

extension BuyerRequest {
    /// Writes the request as the API shows it.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("id", id)
            object.member("clientId", clientID)
            object.member("name", name)
            object.member("minPrice", minPrice)
            object.member("maxPrice", maxPrice)
            object.member("minBeds", minBeds)
            object.member("minBaths", minBaths)
            object.member("minArea", minArea)
            object.member("maxArea", maxArea)
            object.key("types")
            object.array { list in types.forEach { list.string($0) } }
            object.key("cities")
            object.array { list in cities.forEach { list.string($0) } }
            object.key("postalCodes")
            object.array { list in postalCodes.forEach { list.string($0) } }
            object.member("isActive", isActive)
            object.member("createdAt", createdAt)
            object.member("updatedAt", updatedAt)
            object.member("version", version)
        }
    }
}
