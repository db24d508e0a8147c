/// Where an address probably is, as far as the operator's database knows: good enough to show a person their sessions
/// and to notice an impossible journey, never to decide alone.
package struct Place: Sendable, Hashable {
    /// Names in English. At least one of the three is there.
    package let city: String?
    package let region: String?
    package let country: String?
    /// Degrees north, -90 to 90; there exactly when the longitude is.
    package let latitude: Double?
    /// Degrees east, -180 to 180.
    package let longitude: Double?
    /// How far around the coordinates the address may be.
    package let accuracyRadiusKilometres: Int?

    /// A place; `nil` when it has no name. Coordinates off the globe are dropped, and so is a name that no database
    /// would hold: empty, longer than a hundred bytes, with control characters.
    package init?(
        city: String? = nil, region: String? = nil, country: String? = nil, latitude: Double? = nil,
        longitude: Double? = nil, accuracyRadiusKilometres: Int? = nil
    ) {
        self.city = city.flatMap(Self.printable)
        self.region = region.flatMap(Self.printable)
        self.country = country.flatMap(Self.printable)
        if let latitude, let longitude, (-90...90).contains(latitude), (-180...180).contains(longitude) {
            self.latitude = latitude
            self.longitude = longitude
            self.accuracyRadiusKilometres = accuracyRadiusKilometres
        } else {
            self.latitude = nil
            self.longitude = nil
            self.accuracyRadiusKilometres = nil
        }
        if self.city == nil, self.region == nil, self.country == nil { return nil }
    }

    /// `name`, unless no database would hold it: empty, longer than a hundred bytes, with control characters.
    static func printable(_ name: String) -> String? {
        let isPrintable = name.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned: return false
            default: return scalar != "\u{FFFD}"
            }
        }
        return isPrintable && !name.isEmpty && name.utf8.count <= 100 ? name : nil
    }
}

extension Place {
    /// Where on the globe, when the database says so.
    package var coordinates: Coordinates? {
        guard let latitude, let longitude else { return nil }
        return Coordinates(latitude: latitude, longitude: longitude)
    }
}

extension Place: CustomStringConvertible {
    /// For people: "Melbourne, Australia".
    package var description: String {
        [city ?? region, country].compactMap(\.self).joined(separator: ", ")
    }
}
