package import CRM
package import Core

/// A listing to be, or a change of one, as a caller sends it; nothing in it is checked yet. What is absent stays as it is.
package struct ListingDraft: Sendable, Decodable {
    package var mlsNumber: Change<String> = .keep
    package var status: String?
    package var price: Change<Int64> = .keep
    package var address: Listing.Address?
    package var type: Change<String> = .keep
    package var beds: Change<Int64> = .keep
    package var baths: Change<Int64> = .keep
    package var halfBaths: Change<Int64> = .keep
    package var area: Change<Int64> = .keep
    package var lotArea: Change<Int64> = .keep
    package var yearBuilt: Change<Int64> = .keep
    package var description: String?
    package var photos: [String]?
    package var agentId: AccountID?
    package var sellers: [ClientID]?

    /// What a body may name.
    package enum CodingKeys: String, CodingKey {
        case mlsNumber, status, price, address, type, beds, baths, halfBaths, area, lotArea, yearBuilt, description,
            photos
        case agentId, sellers
    }

    package init() {}

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        mlsNumber = try fields.change(.mlsNumber)
        status = try fields.decodeIfPresent(String.self, forKey: .status)
        price = try fields.change(.price)
        address = try fields.decodeIfPresent(Listing.Address.self, forKey: .address)
        type = try fields.change(.type)
        beds = try fields.change(.beds)
        baths = try fields.change(.baths)
        halfBaths = try fields.change(.halfBaths)
        area = try fields.change(.area)
        lotArea = try fields.change(.lotArea)
        yearBuilt = try fields.change(.yearBuilt)
        description = try fields.decodeIfPresent(String.self, forKey: .description)
        photos = try fields.decodeIfPresent([String].self, forKey: .photos)
        agentId = try fields.decodeIfPresent(AccountID.self, forKey: .agentId)
        sellers = try fields.decodeIfPresent([ClientID].self, forKey: .sellers)
    }
}

extension ListingDraft {
    /// The listing after the change, but for its agent and sellers, which take a look at the database.
    func applied(to listing: Listing, _ check: inout FieldCheck) -> Listing {
        var changed = listing
        changed.mlsNumber = line(mlsNumber.over(listing.mlsNumber), "mlsNumber", 40, &check)
        if let status {
            if let known = Listing.Status(rawValue: status) {
                changed.status = known
            } else {
                let names = Listing.Status.allCases.map(\.rawValue).joined(separator: ", ")
                check.refuse("status", .unknownChoice, "This must be one of: \(names).")
            }
        }
        changed.price = number(price, listing.price, "price", 1...1_000_000_000_000, &check)
        if let address {
            changed.address = Listing.Address(
                street: line(address.street, "address.street", 200, &check),
                city: line(address.city, "address.city", 100, &check),
                state: line(address.state, "address.state", 100, &check),
                code: line(address.code, "address.code", 20, &check),
                country: line(address.country, "address.country", 100, &check))
        }
        applyFacts(to: &changed, &check)
        if let description { changed.description = check.paragraphs(description, "description", 20_000) }
        if let photos {
            changed.photos = check.capped(photos, "photos", Listing.mostPhotos).enumerated().map { index, link in
                let link = check.line(link, "photos[\(index)]", 1000)
                if !link.lowercased().hasPrefix("https://") {
                    check.refuse("photos[\(index)]", .unreadable, "Give a link that begins with https://.")
                }
                return link
            }
        }
        return changed
    }

    private func applyFacts(to listing: inout Listing, _ check: inout FieldCheck) {
        var facts = listing.facts
        switch type {
        case .keep: break
        case .clear: facts.kind = nil
        case .set(let name):
            facts.kind = Listing.Kind(rawValue: name)
            if facts.kind == nil {
                let names = Listing.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                check.refuse("type", .unknownChoice, "This must be one of: \(names).")
            }
        }
        facts.beds = number(beds, facts.beds, "beds", 0...200, &check)
        facts.baths = number(baths, facts.baths, "baths", 0...200, &check)
        facts.halfBaths = number(halfBaths, facts.halfBaths, "halfBaths", 0...200, &check)
        facts.area = number(area, facts.area, "area", 1...100_000_000, &check)
        facts.lotArea = number(lotArea, facts.lotArea, "lotArea", 1...1_000_000_000_000, &check)
        facts.yearBuilt = number(yearBuilt, facts.yearBuilt, "yearBuilt", 1000...2199, &check)
        listing.facts = facts
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

    private func line(_ text: String?, _ field: String, _ limit: Int, _ check: inout FieldCheck) -> String? {
        let line = text.map { check.line($0, field, limit) }
        return line?.isEmpty == true ? nil : line
    }
}
