/// What made-up clients are made of. Nobody's data: the numbers are of the range kept for fiction, the mail domains of
/// the ones kept for examples (RFC 2606).
enum DemoWords {
    static let firstNames: [String] = [
        "Aisha", "Amélie", "Andre", "Ángel", "Anika", "Benjamin", "Bjørn", "Brianna", "Carlos", "Chloé", "Daniel",
        "Deepa", "Diego", "Élise", "Emeka", "Emily", "Fatima", "François", "Grace", "Hana", "Hélène", "Hiroshi", "Inés",
        "Isaac", "Ivana", "Jamal", "Jasmine", "João", "José", "Julia", "Kai", "Karolína", "Kwame", "Latoya", "Léa",
        "Liam", "Linh", "Łukasz", "Luis", "Maya", "Mei", "Michael", "Mónica", "Nadia", "Nikolai", "Noah", "Olivia",
        "Omar", "Paulo", "Priya", "Rachel", "Raúl", "René", "Rosa", "Samuel", "Siobhán", "Sofía", "Søren", "Tanisha",
        "Thảo", "Tomás", "Valentina", "Victor", "Wei", "Ximena", "Yusuf", "Zoë",
    ]

    static let lastNames: [String] = [
        "Abdullah", "Adams", "Álvarez", "Anderson", "Baker", "Bălan", "Brooks", "Castañeda", "Chen", "Cohen", "Costa",
        "D'Angelo", "Dubois", "Evans", "Fernández", "Foster", "García", "Gonçalves", "Green", "Gupta", "Håkansson",
        "Harris", "Hernández", "Ibarra", "Jackson", "Johnson", "Kowalski", "Kim", "Kováč", "Lee", "Lewis", "López",
        "MacLeod", "Martínez", "Miller", "Møller", "Müller", "Nakamura", "Nguyễn", "Novák", "O'Brien", "Okafor",
        "Ortiz", "Patel", "Peña", "Pérez", "Petrović", "Quinn", "Ramírez", "Reyes", "Robinson", "Rossi", "Sánchez",
        "Schröder", "Singh", "Smith", "Smith-Jones", "Taylor", "Thompson", "Trần", "Vargas", "Walker", "Washington",
        "Williams", "Yamamoto", "Yılmaz", "Zieliński",
    ]

    /// A city of the United States with its state, a postal code and an area code of its own.
    struct City: Sendable {
        let name: String
        let state: String
        let code: String
        let areaCode: String
    }

    static let cities: [City] = [
        City(name: "Austin", state: "TX", code: "78701", areaCode: "512"),
        City(name: "Houston", state: "TX", code: "77002", areaCode: "713"),
        City(name: "San Antonio", state: "TX", code: "78205", areaCode: "210"),
        City(name: "Phoenix", state: "AZ", code: "85004", areaCode: "602"),
        City(name: "Denver", state: "CO", code: "80202", areaCode: "303"),
        City(name: "Portland", state: "OR", code: "97205", areaCode: "503"),
        City(name: "Seattle", state: "WA", code: "98101", areaCode: "206"),
        City(name: "San Diego", state: "CA", code: "92101", areaCode: "619"),
        City(name: "Sacramento", state: "CA", code: "95814", areaCode: "916"),
        City(name: "Boise", state: "ID", code: "83702", areaCode: "208"),
        City(name: "Chicago", state: "IL", code: "60602", areaCode: "312"),
        City(name: "Columbus", state: "OH", code: "43215", areaCode: "614"),
        City(name: "Nashville", state: "TN", code: "37203", areaCode: "615"),
        City(name: "Atlanta", state: "GA", code: "30303", areaCode: "404"),
        City(name: "Charlotte", state: "NC", code: "28202", areaCode: "704"),
        City(name: "Raleigh", state: "NC", code: "27601", areaCode: "919"),
        City(name: "Tampa", state: "FL", code: "33602", areaCode: "813"),
        City(name: "Miami", state: "FL", code: "33130", areaCode: "305"),
        City(name: "Boston", state: "MA", code: "02108", areaCode: "617"),
        City(name: "Philadelphia", state: "PA", code: "19103", areaCode: "215"),
    ]

    static let streets: [String] = [
        "Maple Avenue", "Oak Street", "Cedar Lane", "Sunset Boulevard", "River Road", "Hillcrest Drive", "Park Place",
        "Juniper Court", "Lakeview Terrace", "Main Street", "Magnolia Way", "Orchard Road",
    ]

    /// Repeated as often as they are common.
    static let stages: [String] = [
        "Leads", "Leads", "Leads", "Leads", "Hot Prospects", "Hot Prospects", "Nurture", "Nurture", "Nurture", "Buyers",
        "Buyers", "Sellers", "Pending", "Closed", "Past clients", "Past clients", "Sphere",
    ]

    static let sources: [String] = [
        "Zillow", "Realtor.com", "Website", "Referral", "Open house", "Sign call", "Facebook", "Google Ads",
        "Past client",
    ]

    static let tags: [String] = [
        "First-time buyer", "Investor", "Relocation", "Pre-approved", "Cash buyer", "Downsizing", "Luxury", "Condo",
        "VA loan", "New construction", "Spanish-speaking", "Referral partner", "Needs to sell first",
    ]

    static let backgrounds: [String] = [
        "Wants a yard for two dogs and a short commute.",
        "Lease ends in the spring; would rather buy than renew.",
        "Selling the family home after thirty years.\nPrefers to talk in the evening.",
        "Met at the open house; liked the kitchen, not the street.",
        "Looking for a duplex to live in one half and rent out the other.",
        "Moving for work and has to find something within sixty days.",
    ]
}
