import Core

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ClientContent {
    /// Gives a field the value that the history has of it: the way back from ``changes(from:)``.
    mutating func restore(_ field: String, _ json: String?) throws {
        func value<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
            try JSONDecoder().decode(type, from: Data((json ?? "null").utf8))
        }
        switch field {
        case "firstName": firstName = try value()
        case "lastName": lastName = try value()
        case "emails": emails = try value()
        case "phones": phones = try value()
        case "addresses": addresses = try value()
        case "stage": stage = try value()
        case "source": source = try value()
        case "tags": tags = try value()
        case "assignedTo": assignedTo = try value()
        case "collaborators": collaborators = try value()
        case "price": price = try value()
        case "background": background = try value()
        case "priceMax": details.priceMax = try value()
        case "timeFrame": details.timeFrame = try value()
        case "birthday": details.birthday = try value(String?.self).flatMap { PartialDate($0) }
        case "anniversaries": details.anniversaries = try value()
        case "relationships": details.relationships = try value()
        case "consent": details.consent = try value()
        default:
            guard field.hasPrefix("customFields.") else { return }
            let key = String(field.dropFirst("customFields.".count))
            details.custom.removeAll { $0.key == key }
            guard let custom = try value(CustomFieldValue?.self) else { return }
            details.custom.append(CustomValue(key: key, value: custom))
            details.custom.sort { $0.key < $1.key }
        }
    }
}
