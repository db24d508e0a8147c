/// Columns that are counted: `E-mail 2 Address`, `Phone 1 - Type`, `Address 3 - Street`, `Relation 1 - Value`, and those of one kind of
/// address: `Mailing City`, `Business Postal Code`.
enum NumberedColumns {
    static func target(of name: String) -> FieldTarget? { counted(name) ?? addressOfKind(name) }

    private static func counted(_ name: String) -> FieldTarget? {
        let word = name.prefix { !$0.isNumber }
        let digits = name.dropFirst(word.count).prefix { $0.isNumber }
        let rest = name.dropFirst(word.count + digits.count)
        guard let index = digits.isEmpty ? 1 : Int(digits), (1...99).contains(index) else { return nil }
        // Without a number, only names that say what they are: `address` alone is a street, known elsewhere.
        if digits.isEmpty { return nil }
        let isType = rest == "type" || rest == "label" || rest == "kind"
        let isValue = rest.isEmpty || rest == "value"
        switch word {
        case "email":
            return isType
                ? .emailType(index: index) : isValue || rest == "address" ? .email(index: index, type: nil) : nil
        case "phone", "phonenumber", "tel":
            return isType
                ? .phoneType(index: index) : isValue || rest == "number" ? .phone(index: index, type: nil) : nil
        case "address":
            if isType { return .addressType(index: index) }
            return part(rest.isEmpty ? "street" : rest).map { .address(index: index, part: $0, type: nil) }
        case "event", "anniversary":
            return isType
                ? .anniversaryLabel(index: index)
                : isValue || rest == "date" ? .anniversary(index: index, label: nil) : nil
        case "relation", "relationship":
            return isType
                ? .relationshipKind(index: index)
                : isValue || rest == "name" ? .relationship(index: index, kind: nil) : nil
        case "customfield", "website", "im", "jot", "externalid":
            return rest == "type" || rest == "service" ? .ignore : .background
        default: return nil
        }
    }

    private static let kinds: [(prefix: String, type: String)] = [
        ("mailing", "mailing"), ("business", "work"), ("work", "work"), ("home", "home"), ("other", "other"),
        ("property", "property"), ("billing", "billing"), ("shipping", "shipping"),
    ]

    private static func addressOfKind(_ name: String) -> FieldTarget? {
        for kind in kinds where name.hasPrefix(kind.prefix) {
            var rest = name.dropFirst(kind.prefix.count)
            if rest.hasPrefix("address"), rest != "address" { rest = rest.dropFirst("address".count) }
            if let part = part(rest) { return .address(index: 1, part: part, type: kind.type) }
        }
        return nil
    }

    private static func part(_ name: Substring) -> FieldTarget.AddressPart? {
        switch name {
        case "street", "address", "streetaddress", "line1", "street1": .street
        case "street2", "extendedaddress", "line2": .street2
        case "street3", "line3": .street3
        case "pobox": .poBox
        case "city", "town": .city
        case "state", "region", "stateprovince", "stateregion", "province": .state
        case "code", "postalcode", "zip", "zipcode", "zippostalcode": .code
        case "country", "countryregion", "countrycode": .country
        case "formatted", "whole": .whole
        default: nil
        }
    }
}
