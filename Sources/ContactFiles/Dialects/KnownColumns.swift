/// The columns that programs are known to write, by their ``HeaderName``.
enum KnownColumns {
    /// The target of a column; `nil` when nobody is known to write it.
    static func target(of name: String, in dialect: Dialect) -> FieldTarget? {
        if let special = special[dialect]?[name] { return special }
        return common[name] ?? NumberedColumns.target(of: name)
    }

    /// Names that mean the same wherever they stand.
    private static let common: [String: FieldTarget] = [
        "firstname": .firstName, "givenname": .firstName, "forename": .firstName, "first": .firstName,
        "fname": .firstName,
        "middlename": .middleName, "additionalname": .middleName,
        "lastname": .lastName, "familyname": .lastName, "surname": .lastName, "last": .lastName, "lname": .lastName,
        "name": .fullName, "fullname": .fullName, "contactname": .fullName, "clientname": .fullName,
        "displayname": .fullName,
        "email": .email(index: 1, type: nil), "emailaddress": .email(index: 1, type: nil),
        "mail": .email(index: 1, type: nil),
        "emails": .email(index: 1, type: nil), "primaryemail": .email(index: 1, type: nil),
        "emailtype": .emailType(index: 1),
        "secondaryemail": .email(index: 2, type: nil), "alternateemail": .email(index: 2, type: nil),
        "otheremail": .email(index: 2, type: nil), "workemail": .email(index: 1, type: "work"),
        "homeemail": .email(index: 1, type: "home"), "personalemail": .email(index: 1, type: "home"),
        "businessemail": .email(index: 1, type: "work"),
        "phone": .phone(index: 1, type: nil), "phonenumber": .phone(index: 1, type: nil),
        "phones": .phone(index: 1, type: nil),
        "telephone": .phone(index: 1, type: nil), "tel": .phone(index: 1, type: nil),
        "primaryphone": .phone(index: 1, type: "main"),
        "phonetype": .phoneType(index: 1),
        "mobile": .phone(index: 1, type: "mobile"), "mobilephone": .phone(index: 1, type: "mobile"),
        "mobilephonenumber": .phone(index: 1, type: "mobile"), "mobilenumber": .phone(index: 1, type: "mobile"),
        "cell": .phone(index: 1, type: "mobile"), "cellphone": .phone(index: 1, type: "mobile"),
        "homephone": .phone(index: 1, type: "home"), "workphone": .phone(index: 1, type: "work"),
        "businessphone": .phone(index: 1, type: "work"), "officephone": .phone(index: 1, type: "work"),
        "otherphone": .phone(index: 1, type: "other"), "fax": .phone(index: 1, type: "fax"),
        "faxnumber": .phone(index: 1, type: "fax"),
        "address": .address(index: 1, part: .street, type: nil),
        "streetaddress": .address(index: 1, part: .street, type: nil),
        "street": .address(index: 1, part: .street, type: nil),
        "mailingaddress": .address(index: 1, part: .street, type: "mailing"),
        "addressline1": .address(index: 1, part: .street, type: nil),
        "addressline2": .address(index: 1, part: .street2, type: nil),
        "fulladdress": .address(index: 1, part: .whole, type: nil),
        "city": .address(index: 1, part: .city, type: nil), "town": .address(index: 1, part: .city, type: nil),
        "state": .address(index: 1, part: .state, type: nil),
        "stateregion": .address(index: 1, part: .state, type: nil),
        "province": .address(index: 1, part: .state, type: nil),
        "stateprovince": .address(index: 1, part: .state, type: nil),
        "region": .address(index: 1, part: .state, type: nil),
        "zip": .address(index: 1, part: .code, type: nil), "zipcode": .address(index: 1, part: .code, type: nil),
        "postalcode": .address(index: 1, part: .code, type: nil),
        "postcode": .address(index: 1, part: .code, type: nil),
        "zippostalcode": .address(index: 1, part: .code, type: nil),
        "country": .address(index: 1, part: .country, type: nil),
        "countryregion": .address(index: 1, part: .country, type: nil),
        "stage": .stage, "pipelinestage": .stage, "source": .source, "leadsource": .source, "originalsource": .source,
        "tags": .tags, "tag": .tags, "labels": .tags, "categories": .tags, "groups": .tags, "groupmembership": .tags,
        "assignedto": .assignedTo, "assignedagent": .assignedTo, "agent": .assignedTo, "owner": .assignedTo,
        "contactowner": .assignedTo, "assigneduser": .assignedTo,
        "price": .price, "listingprice": .price, "pricerange": .price, "budget": .price, "minprice": .price,
        "pricemin": .price,
        "maxprice": .priceMax, "pricemax": .priceMax, "timeframe": .timeFrame,
        "background": .background, "notes": .background, "note": .background, "description": .background,
        "comments": .background, "company": .background, "companyname": .background, "organization": .background,
        "organizationname": .background, "jobtitle": .background, "organizationtitle": .background,
        "birthday": .birthday, "birthdate": .birthday, "dateofbirth": .birthday, "dob": .birthday,
        "anniversary": .anniversary(index: 1, label: "anniversary"),
        "weddinganniversary": .anniversary(index: 1, label: "anniversary"),
        "spouse": .relationship(index: 1, kind: "spouse"), "spousename": .relationship(index: 1, kind: "spouse"),
        "partner": .relationship(index: 1, kind: "partner"), "children": .relationship(index: 1, kind: "child"),
        "referredby": .relationship(index: 1, kind: "referred by"),
        "createdat": .createdAt, "created": .createdAt, "createdate": .createdAt, "createddate": .createdAt,
        "datecreated": .createdAt, "dateadded": .createdAt,
        "donotcall": .doNotCall, "dnc": .doNotCall, "donottext": .doNotText, "donotmail": .doNotMail,
        "donotemail": .doNotMail,
        "emailoptout": .doNotMail, "hasoptedoutofemail": .doNotMail, "unsubscribed": .doNotMail,
        "unsubscribedfromallemail": .doNotMail,
    ]

    /// Names that mean something else, or anything at all, in one program only.
    private static let special: [Dialect: [String: FieldTarget]] = [
        .own: own, .google: google, .outlook: outlook, .salesforceContacts: salesforce,
        .salesforceLeads: salesforce.merging(["status": .stage, "leadstatus": .stage]) { $1 }, .hubSpot: hubSpot,
        .followUpBoss: followUpBoss,
    ]

    private static let own: [String: FieldTarget] = [
        "gatehouseid": .clientID, "primaryemail": .primaryEmail, "primaryphone": .primaryPhone,
        "moreemails": .moreEmails,
        "morephones": .morePhones, "moreaddresses": .moreAddresses, "moreanniversaries": .moreAnniversaries,
        "morerelationships": .moreRelationships, "relationship1id": .relationshipID(index: 1),
        "relationship2id": .relationshipID(index: 2), "collaborators": .collaborators,
        "lastactivity": .lastActivityAt, "consent": .consent,
    ]

    private static let google: [String: FieldTarget] = [
        "nickname": .background, "fileas": .ignore, "photo": .ignore, "yominame": .ignore, "phoneticfirstname": .ignore,
        "phoneticmiddlename": .ignore, "phoneticlastname": .ignore, "givennameyomi": .ignore, "familynameyomi": .ignore,
        "additionalnameyomi": .ignore, "nameprefix": .ignore, "namesuffix": .ignore, "initials": .ignore,
        "shortname": .ignore, "maidenname": .background, "gender": .ignore, "location": .background,
        "billinginformation": .ignore, "directoryserver": .ignore, "mileage": .ignore, "occupation": .background,
        "hobby": .background, "sensitivity": .ignore, "priority": .ignore, "subject": .background, "language": .ignore,
        "organizationdepartment": .background, "organization1type": .ignore, "organization1name": .background,
        "organization1yominame": .ignore, "organization1title": .background, "organization1department": .background,
        "organization1symbol": .ignore, "organization1location": .background,
        "organization1jobdescription": .background,
    ]

    private static let outlook: [String: FieldTarget] = [
        "title": .ignore, "suffix": .ignore, "department": .background, "emailtype": .ignore,
        "emaildisplayname": .ignore,
        "email2type": .ignore, "email2displayname": .ignore, "email3type": .ignore, "email3displayname": .ignore,
        "businessfax": .phone(index: 1, type: "work fax"), "businessphone2": .phone(index: 1, type: "work"),
        "callback": .phone(index: 1, type: "callback"), "carphone": .phone(index: 1, type: "car"),
        "companymainphone": .phone(index: 1, type: "company main"), "homefax": .phone(index: 1, type: "home fax"),
        "homephone2": .phone(index: 1, type: "home"), "isdn": .phone(index: 1, type: "isdn"),
        "otherfax": .phone(index: 1, type: "other fax"), "pager": .phone(index: 1, type: "pager"),
        "radiophone": .phone(index: 1, type: "radio"), "ttytddphone": .phone(index: 1, type: "tty"),
        "telex": .phone(index: 1, type: "telex"), "assistantsphone": .phone(index: 1, type: "assistant"),
        "assistantsname": .relationship(index: 1, kind: "assistant"),
        "managersname": .relationship(index: 1, kind: "manager"), "webpage": .background, "profession": .background,
        "hobby": .background, "officelocation": .background, "location": .background, "user1": .background,
        "user2": .background, "user3": .background, "user4": .background, "account": .ignore, "initials": .ignore,
        "billinginformation": .ignore, "directoryserver": .ignore, "gender": .ignore, "governmentidnumber": .ignore,
        "internetfreebusy": .ignore, "keywords": .background, "language": .ignore, "mileage": .ignore,
        "organizationalidnumber": .ignore, "priority": .ignore, "private": .ignore, "sensitivity": .ignore,
    ]

    private static let salesforce: [String: FieldTarget] = [
        "id": .ignore, "salutation": .ignore, "suffix": .ignore, "title": .background, "department": .background,
        "phone": .phone(index: 1, type: "work"), "assistantphone": .phone(index: 1, type: "assistant"),
        "asstphone": .phone(index: 1, type: "assistant"), "assistantname": .relationship(index: 1, kind: "assistant"),
        "assistant": .relationship(index: 1, kind: "assistant"), "accountname": .background, "ownerid": .ignore,
        "leadowner": .assignedTo, "accountid": .ignore, "contactid": .ignore, "leadid": .ignore,
        "reportsto": .relationship(index: 1, kind: "manager"), "reportstoid": .ignore, "masterrecordid": .ignore,
        "isdeleted": .ignore, "isconverted": .ignore, "lastmodifieddate": .ignore, "lastmodifiedbyid": .ignore,
        "createdbyid": .ignore, "systemmodstamp": .ignore, "hasoptedoutoffax": .ignore, "faxoptout": .ignore,
        "recordtypeid": .ignore, "photourl": .ignore, "industry": .background, "website": .background,
        "rating": .background,
    ]

    private static let hubSpot: [String: FieldTarget] = [
        "recordid": .ignore, "recordidcontact": .ignore, "contactid": .ignore, "hsobjectid": .ignore,
        "lifecyclestage": .stage, "leadstatus": .background, "hsleadstatus": .background,
        "additionalemailaddresses": .email(index: 2, type: nil), "hsadditionalemails": .email(index: 2, type: nil),
        "hubspotownerid": .ignore, "hsanalyticssource": .source, "mobilephonenumber": .phone(index: 1, type: "mobile"),
        "associatedcompany": .background, "primaryassociatedcompany": .background, "associatedcompanyids": .ignore,
        "optedoutofallemail": .doNotMail, "hsemailoptout": .doNotMail, "lastmodifieddate": .ignore,
        "websiteurl": .background, "associateddeal": .ignore, "associateddealids": .ignore,
    ]

    private static let followUpBoss: [String: FieldTarget] = [
        "id": .ignore, "fubid": .ignore, "personid": .ignore, "iscontacted": .ignore, "contacted": .ignore,
        "deals": .ignore,
        "lastcontacted": .ignore, "lastactivity": .ignore, "lastupdated": .ignore, "lastcommunication": .ignore,
        "assignedlender": .relationship(index: 1, kind: "lender"), "lender": .relationship(index: 1, kind: "lender"),
        "assignedpond": .background, "pond": .background, "sourceurl": .background, "website": .background,
        "message": .background, "relationship1firstname": .relationship(index: 1, kind: nil),
    ]
}
