/// Whose file it is, as its header tells.
package enum Dialect: String, Sendable, Hashable, Codable, CaseIterable {
    /// Written by this program: read exactly, with the guards against formulas taken off again.
    case own = "gatehouse"
    case followUpBoss = "follow-up-boss"
    case hubSpot = "hubspot"
    case salesforceContacts = "salesforce-contacts"
    case salesforceLeads = "salesforce-leads"
    case google
    case outlook
    /// Any other: by the names that columns commonly have.
    case other

    /// Names of columns, as ``HeaderName`` has them, by which the program is known, and how many of them there must be.
    private static let signs: [(Dialect, [String], least: Int)] = [
        (.own, ["gatehouseid"], 1),
        (
            .google,
            [
                "email1value", "phone1value", "groupmembership", "givenname", "yominame", "phoneticfirstname", "fileas",
                "labels", "emaillabel", "organizationname", "organization1name",
            ], 2
        ),
        (
            .outlook,
            [
                "emailaddress", "businessphone", "email2address", "businessstreet", "homestreet", "emaildisplayname",
                "businesspostalcode", "businesscountryregion", "spouse", "managersname",
            ], 3
        ),
        (
            .salesforceLeads,
            [
                "leadsource", "isconverted", "leadowner", "converteddate", "annualrevenue", "numberofemployees",
                "convertedcontactid", "status", "leadstatus", "hasoptedoutofemail", "emailoptout", "systemmodstamp",
            ], 3
        ),
        (
            .salesforceContacts,
            [
                "mailingstreet", "mailingcity", "mailingpostalcode", "mailingzippostalcode", "mailingstateprovince",
                "contactid", "accountname", "accountid", "reportstoid", "otherstreet",
            ], 2
        ),
        (
            .hubSpot,
            [
                "recordid", "recordidcontact", "contactowner", "lifecyclestage", "leadstatus", "hsleadstatus",
                "hubspotownerid", "associatedcompany", "originalsource", "createdate", "hsobjectid",
                "marketingcontactstatus",
            ], 2
        ),
        (
            .followUpBoss,
            [
                "assignedto", "leadsource", "stage", "timeframe", "iscontacted", "dateadded", "lastcontacted",
                "listingprice", "pond", "lender", "assignedlender", "lastactivity", "phone1type", "email1type", "deals",
            ], 3
        ),
    ]

    /// The program whose names the header has; the first that is sure.
    static func of(_ names: [String]) -> Dialect {
        let present = Set(names)
        return signs.first { sign in sign.1.count { present.contains($0) } >= sign.least }?.0 ?? .other
    }

    /// What stands between several tags in a cell.
    var tagSeparators: [Character] {
        switch self {
        case .own: []
        case .google: [":"]
        case .outlook, .hubSpot, .salesforceContacts, .salesforceLeads: [";"]
        case .followUpBoss, .other: [",", ";", "|"]
        }
    }
}

/// The name of a column without what programs and people write differently: case, spaces, underscores, hyphens and other signs.
package enum HeaderName {
    /// Letters and digits, in lower case.
    package static func normalized(_ name: String) -> String {
        String(name.lowercased().filter { $0.isLetter || $0.isNumber })
    }
}
