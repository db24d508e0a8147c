import Core
import FoundationEssentials
import Testing

@testable import ContactFiles

/// Reads a whole CSV into people, with the order of its dates found in a first pass.
struct ReadPeople {
    var rows: [ImportedRow] = []
    var mapping = ColumnMapping()
    var unknown: [String] = []
    var surveyProblems: [FileProblem] = []
    var undecided: [String] = []
    var problems: [FileProblem] { rows.flatMap(\.problems) }
    var people: [ImportedPerson] { rows.filter { !$0.isRejected }.map(\.person) }

    init(_ bytes: [UInt8], with targets: [String: FieldTarget] = [:], order: DateOrder = .monthFirst) throws {
        var first = CSVReader()
        first.feed(bytes)
        first.finish()
        let firstRow = first.next()
        let header = try #require(first.header)
        mapping = ColumnMapping(recognizing: header).completed(by: targets)
        let columns = mapping.columns(of: header)
        unknown = columns.unknown
        var survey = FileSurvey(columns: columns)
        var row = firstRow
        while let current = row {
            survey.look(at: current)
            row = first.next()
        }
        surveyProblems = survey.problems
        undecided = survey.undecided
        let people = PersonReader(
            columns: columns, dates: DateReading(order: order, currentYear: 2026), orders: survey.orders(unless: order))
        var second = CSVReader()
        second.feed(bytes)
        second.finish()
        while let row = second.next() { rows.append(people.read(row)) }
    }

    init(_ text: String, with targets: [String: FieldTarget] = [:], order: DateOrder = .monthFirst) throws {
        try self.init(Array(text.utf8), with: targets, order: order)
    }
}

@Suite struct `the file of another program` {
    @Test func `Follow Up Boss is known by its columns`() throws {
        let file = try ReadPeople(
            """
            "ID","Date Added","First Name","Last Name","Stage","Lead Source","Assigned To","Is Contacted","Price","Timeframe","Tags","Email 1","Email 1 - Type","Email 2","Phone 1","Phone 1 - Type","Phone 2","Address 1 - Street","Address 1 - City","Address 1 - State","Address 1 - Zip","Address 1 - Country","Background","Custom Close Date"
            "7","2024-05-28 10:00:00","Maria","Lopez","Hot Prospect","Zillow","Ann Agent","yes","$450,000","0-3 Months","Buyer, VIP","maria@example.com","work","m2@example.com","(202) 555-0143","Mobile","202 555 0144 x5","12 Main St","Springfield","IL","62701","US","Likes gardens","2025-01-02"
            """, with: ["custom close date": .custom("Close date")])
        #expect(file.mapping.dialect == .followUpBoss)
        #expect(file.unknown == [])
        #expect(file.problems == [])
        var maria = ImportedPerson()
        (maria.firstName, maria.lastName) = ("Maria", "Lopez")
        maria.emails = [ContactValue("maria@example.com", type: "work"), ContactValue("m2@example.com")]
        maria.phones = [ContactValue("(202) 555-0143", type: "mobile"), ContactValue("202 555 0144 x5")]
        maria.addresses = [
            AddressValue(street: "12 Main St", city: "Springfield", state: "IL", code: "62701", country: "US")
        ]
        (maria.stage, maria.source, maria.assignedTo) = ("Hot Prospect", "Zillow", "Ann Agent")
        (maria.price, maria.timeFrame, maria.tags) = (450_000, "0-3 Months", ["Buyer", "VIP"])
        maria.background = "Likes gardens"
        maria.createdAt = 1_716_890_400_000
        maria.custom = [CustomValue(name: "Close date", text: "2025-01-02")]
        #expect(file.people == [maria])
    }

    @Test func `HubSpot is known by its columns`() throws {
        let file = try ReadPeople(
            """
            Record ID - Contact,First Name,Last Name,Email,Additional email addresses,Phone Number,Mobile Phone Number,Contact owner,Lead Status,Lifecycle Stage,Street Address,City,State/Region,Postal Code,Country/Region,Company name,Job Title,Create Date,Unsubscribed from all email,Lead Score
            51,Sam,Quinn,sam@example.com,s2@example.com;s3@example.com,555-0100,555-0101,ops@acme.com,NEW,lead,1 A St,Boston,MA,02101,USA,Acme,Buyer,2026-05-27 09:15,true,17
            """)
        #expect(file.mapping.dialect == .hubSpot)
        #expect(file.unknown == ["Lead Score"])
        let sam = try #require(file.people.first)
        #expect(sam.emails.map(\.value) == ["sam@example.com", "s2@example.com", "s3@example.com"])
        #expect(sam.phones == [ContactValue("555-0100"), ContactValue("555-0101", type: "mobile")])
        #expect(sam.stage == "lead")
        #expect(sam.assignedTo == "ops@acme.com")
        #expect(sam.background == "Lead Status: NEW\nCompany name: Acme\nJob Title: Buyer")
        #expect(
            sam.addresses == [
                AddressValue(street: "1 A St", city: "Boston", state: "MA", code: "02101", country: "USA")
            ])
        #expect(sam.doNotMail == true)
        #expect(sam.createdAt != nil)
    }

    @Test func `Salesforce is known by the columns of contacts`() throws {
        let file = try ReadPeople(
            """
            "Id","AccountId","LastName","FirstName","Salutation","OtherStreet","OtherCity","MailingStreet","MailingCity","MailingState","MailingPostalCode","MailingCountry","Phone","Fax","MobilePhone","HomePhone","Email","Title","LeadSource","Birthdate","Description","HasOptedOutOfEmail","DoNotCall","CreatedDate"
            "003","001","Doe","John","Mr.","","","20 Main Av.
            Suite 4","NYC","NY","10001","USA","(011) 111-1111","(012) 111-1111","(013) 1","","john@test.com","SVP","Web","1970-03-02","Met at a fair","0","1","2024-05-28T10:00:00.000+0000"
            """)
        #expect(file.mapping.dialect == .salesforceContacts)
        #expect(file.problems == [])
        let john = try #require(file.people.first)
        #expect(
            john.addresses == [
                AddressValue(
                    type: "mailing", street: "20 Main Av., Suite 4", city: "NYC", state: "NY", code: "10001",
                    country: "USA")
            ])
        #expect(john.phones.map(\.type) == ["work", "fax", "mobile"])
        #expect(john.birthday == PartialDate(year: 1970, month: 3, day: 2))
        #expect((john.doNotMail, john.doNotCall) == (false, true))
        #expect(john.background == "Title: SVP\nMet at a fair")
        #expect(john.createdAt == 1_716_890_400_000)
    }

    @Test func `Salesforce is known by the columns of leads`() throws {
        let file = try ReadPeople(
            "Lead Owner,First Name,Last Name,Company,Street,City,State/Province,Zip/Postal Code,Country,Email,Phone,Lead Status,Lead Source,Email Opt Out\nAnn,Jo,Li,Acme,1 B St,Reno,NV,89501,US,jo@x.com,5550100,Working,Web,0\n"
        )
        #expect(file.mapping.dialect == .salesforceLeads)
        #expect(file.unknown == [])
        let jo = try #require(file.people.first)
        #expect((jo.stage, jo.source, jo.assignedTo) == ("Working", "Web", "Ann"))
        #expect(jo.addresses.first?.code == "89501")
    }

    @Test func `Google Contacts is known by the columns since 2024`() throws {
        let file = try ReadPeople(
            """
            First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,Name Suffix,Nickname,File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address,Relation 1 - Label,Relation 1 - Value,Event 1 - Label,Event 1 - Value,Custom Field 1 - Label,Custom Field 1 - Value
            Robert,J,Smith,,,,,,Bob,,Acme,,,--03-07,"Two
            lines",https://p.example/x,* myContacts ::: Work ::: Buyers,* Work,rob@acme.example ::: bob@x.example,Grandma's,g@x.example,Mobile,+1 415 555 0134 ::: +1 415 555 0135,Home,"12 Elm St
            Springfield",12 Elm St,Springfield,77,IL,62701,US,Apt 2,Spouse,Sue Smith,Anniversary,2010-06-01,Shoe,9
            """)
        #expect(file.mapping.dialect == .google)
        #expect(file.unknown == [])
        #expect(file.problems == [])
        let bob = try #require(file.people.first)
        #expect((bob.firstName, bob.lastName) == ("Robert J", "Smith"))
        #expect(
            bob.emails == [
                ContactValue("rob@acme.example", type: "work"), ContactValue("bob@x.example", type: "work"),
                ContactValue("g@x.example", type: "Grandma's"),
            ])
        #expect(
            bob.phones == [
                ContactValue("+1 415 555 0134", type: "mobile"), ContactValue("+1 415 555 0135", type: "mobile"),
            ])
        #expect(
            bob.addresses == [
                AddressValue(
                    type: "home", street: "12 Elm St, PO Box 77, Apt 2", city: "Springfield", state: "IL",
                    code: "62701", country: "US")
            ])
        #expect(bob.tags == ["Work", "Buyers"])
        #expect(bob.birthday == PartialDate(month: 3, day: 7))
        #expect(bob.relationships == [Relationship(kind: "Spouse", name: "Sue Smith")])
        #expect(
            bob.anniversaries == [
                Anniversary(label: "Anniversary", date: try #require(PartialDate(year: 2010, month: 6, day: 1)))
            ])
        #expect(
            bob.background
                == "Nickname: Bob\nOrganization Name: Acme\nTwo\nlines\nCustom Field 1 - Label: Shoe\nCustom Field 1 - Value: 9"
        )
    }

    @Test func `Google Contacts is known by its old columns`() throws {
        let file = try ReadPeople(
            """
            Name,Given Name,Additional Name,Family Name,Yomi Name,Birthday,Notes,Group Membership,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Address 1 - Type,Address 1 - Formatted,Organization 1 - Name
            Ada Lovelace,Ada,,Lovelace,,1815-12-10,,* myContacts,* Home,ada@x.example,Work,020 7946 0958,Home,"1 Square
            London",Engines
            """)
        #expect(file.mapping.dialect == .google)
        let ada = try #require(file.people.first)
        #expect((ada.firstName, ada.lastName) == ("Ada", "Lovelace"))
        #expect(ada.emails == [ContactValue("ada@x.example", type: "home")])
        #expect(ada.addresses == [AddressValue(type: "home", street: "1 Square, London")])
        #expect(ada.tags == [])
        #expect(ada.background == "Organization 1 - Name: Engines")
    }

    @Test func `Outlook is known by its columns, in Windows-1252`() throws {
        let text =
            "Title,First Name,Middle Name,Last Name,Suffix,Company,Job Title,Business Street,Business City,Business State,Business Postal Code,Business Country/Region,Home Street,Home City,Business Fax,Business Phone,Business Phone 2,Home Phone,Mobile Phone,Anniversary,Birthday,Categories,E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address,E-mail 2 Type,Notes,Referred By,Spouse,Web Page\r\nMr.,José,,Núñez,,Acme,Buyer,1 C St,Reno,NV,89501,US,2 D St,Elko,555-0102,555-0103,555-0104,555-0105,555-0106,0/0/00,4/12/85,Buyer;VIP,jose@x.com,SMTP,José (x),j2@x.com,SMTP,Hi,Ann Lee,Eva Núñez,\r\n"
        let file = try ReadPeople(Encoded.bytes(of: text, in: .windows1252, marked: false))
        #expect(file.mapping.dialect == .outlook)
        #expect(file.unknown == [])
        #expect(file.problems == [])
        let jose = try #require(file.people.first)
        #expect((jose.firstName, jose.lastName) == ("José", "Núñez"))
        #expect(jose.emails.map(\.value) == ["jose@x.com", "j2@x.com"])
        #expect(jose.emails.map(\.type) == ["other", "other"])
        #expect(jose.phones.map(\.type) == ["work fax", "work", "work", "home", "mobile"])
        #expect(jose.addresses.map(\.type) == ["work", "home"])
        #expect(jose.anniversaries == [])
        #expect(jose.birthday == PartialDate(year: 1985, month: 4, day: 12))
        #expect(
            jose.relationships == [
                Relationship(kind: "referred by", name: "Ann Lee"), Relationship(kind: "spouse", name: "Eva Núñez"),
            ])
        #expect(jose.tags == ["Buyer", "VIP"])
    }

    @Test func `nobody knows has columns that are told of and can be named`() throws {
        let text = "Vorname;Nachname;E-Mail;Wert;%;\nAnn;Lee;a@x.com;7;8;9\n"
        let file = try ReadPeople(text)
        #expect(file.mapping.dialect == .other)
        #expect(file.unknown == ["Vorname", "Nachname", "Wert", "%"])
        let named = try ReadPeople(
            text, with: ["vorname": .firstName, "Nachname": .lastName, "Wert": .custom("Wert"), "e-mail": .ignore])
        let ann = try #require(named.people.first)
        #expect((ann.firstName, ann.lastName, ann.emails) == ("Ann", "Lee", []))
        #expect(ann.custom == [CustomValue(name: "Wert", text: "7")])
        #expect(named.unknown == ["%"])
    }

    @Test(arguments: ["FIRST_NAME", "first name", "First-Name", "firstName", " first name ", "FirstName"])
    func `may write its names in any case, with spaces, underscores and hyphens`(name: String) throws {
        #expect(try ReadPeople("\(name),mail\nAnn,a@x.com\n").people.first?.firstName == "Ann")
    }
}

@Suite struct `a mapping of columns` {
    @Test func `is remembered by names, whatever the order of the columns`() {
        let mapping = ColumnMapping(recognizing: ["First Name", "E-mail"]).completed(by: ["Score": .custom("Score")])
        let columns = mapping.columns(of: ["score", "EMAIL", "first_name", "new"])
        #expect(columns.targets == [.custom("Score"), .email(index: 1, type: nil), .firstName, nil])
        #expect(columns.unknown == ["new"])
    }

    @Test func `is kept as JSON with the names of its targets`() throws {
        let mapping = ColumnMapping(
            dialect: .google, targets: ["A": .phone(index: 2, type: "work"), "B": .custom("b")])
        let json = try JSONEncoder().encode(mapping)
        #expect(try JSONDecoder().decode(ColumnMapping.self, from: json) == mapping)
        #expect(String(decoding: json, as: UTF8.self).contains("\"phone2:work\""))
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(FieldTarget.self, from: Data(Array("\"telephone\"".utf8)))
        }
    }

    @Test func `takes unknown columns that are called like a custom field for it`() {
        let header = ["Name", "close_date", "%", "Score"]
        let mapping = ColumnMapping(recognizing: header).completed(
            byCustomFields: ["Close Date", "$", "Name"], in: header)
        #expect(mapping.targets["close_date"] == .custom("Close Date"))
        #expect(mapping.targets["Name"] == .fullName)
        #expect(mapping.columns(of: header).unknown == ["%", "Score"])
    }

    @Test func `has a name for every target that leads back to it`() {
        var targets: [FieldTarget] = [.custom("a:b.c"), .custom("Close date")]
        for index in [1, 2, 12] {
            for type in [nil, "work", "Grandma's: 2"] {
                targets += [.email(index: index, type: type), .phone(index: index, type: type)]
                targets += [.anniversary(index: index, label: type), .relationship(index: index, kind: type)]
                targets += FieldTarget.AddressPart.allCases.map { .address(index: index, part: $0, type: type) }
            }
            targets += [.emailType(index: index), .phoneType(index: index), .addressType(index: index)]
            targets += [.anniversaryLabel(index: index), .relationshipKind(index: index)]
        }
        let plain = [
            "clientID", "firstName", "middleName", "lastName", "fullName", "primaryEmail", "primaryPhone", "stage",
            "source", "tags", "assignedTo", "price", "priceMax", "timeFrame", "background", "birthday", "createdAt",
            "doNotCall", "doNotText", "doNotMail", "moreEmails", "morePhones", "moreAddresses", "moreAnniversaries",
            "moreRelationships", "ignore",
        ]
        #expect(plain.compactMap { FieldTarget(name: $0)?.name } == plain)
        for target in targets { #expect(FieldTarget(name: target.name) == target) }
        #expect(FieldTarget.address(index: 2, part: .city, type: "work").name == "address2.city:work")
    }

    @Test(arguments: [
        "", "emial", "email0", "email100", "email.typ", "address", "address.house", "custom", "custom:", "email:",
        "a.b.c", "tags:x",
    ])
    func `has no target of another name`(name: String) { #expect(FieldTarget(name: name) == nil) }
}
