package import Core
import Storage

extension ClientBook {
    /// Fills an empty installation with made-up clients, so that it can be tried and measured, and returns how many.
    ///
    /// They are dealt out to `assignees` in turn, one in ten staying nobody's; with no assignees all are nobody's. The
    /// same random bytes make the same clients. For a demo: it asks for no scope and looks for no duplicates, and the
    /// assignees must exist. One transaction for each hundred.
    package func seedDemo(count: Int = 500, assignedTo assignees: [AccountID] = []) async throws -> Int {
        var maker = DemoClientMaker(dice: DemoDice(world), now: world.now(), assignees: assignees)
        let edit = ClientEdit(home: home, now: world.now())
        var made = 0
        while made < count {
            let clients = (made..<min(made + 100, count)).map { maker.client(number: $0) }
            try await database.transaction { session in
                try ClientWriting.perform(in: session, edit) { writing in
                    for client in clients { _ = try writing.insert(client.id, client.content, at: client.stamp) }
                }
            }
            made += clients.count
        }
        return made
    }
}

/// Makes up clients, one after the other.
struct DemoClientMaker {
    private var dice: DemoDice
    private let now: Timestamp
    private let assignees: [AccountID]

    init(dice: DemoDice, now: Timestamp, assignees: [AccountID]) {
        self.dice = dice
        self.now = now
        self.assignees = assignees
    }

    /// A made-up client, ready to be written.
    struct Made: Sendable {
        let id: ClientID
        let content: ClientContent
        let stamp: ClientStamp
    }

    /// The client with that number, 0 for the first.
    mutating func client(number: Int) -> Made {
        var draft = ClientDraft(
            firstName: dice.pick(DemoWords.firstNames), lastName: dice.pick(DemoWords.lastNames))
        let city = dice.pick(DemoWords.cities)
        draft.emails = emails(of: draft, number)
        draft.phones = phones(in: city)
        if dice.chance(60) { draft.addresses = [address(in: city)] }
        draft.stage = dice.pick(DemoWords.stages)
        draft.source = dice.chance(90) ? dice.pick(DemoWords.sources) : nil
        draft.tags = (0..<dice.number(below: 4)).map { _ in dice.pick(DemoWords.tags) }
        draft.price = dice.chance(75) ? Int64(150 + dice.number(below: 250) * 5) * 1000 : nil
        draft.background = dice.chance(40) ? dice.pick(DemoWords.backgrounds) : nil
        if !assignees.isEmpty, number % 10 != 9 { draft.assignedTo = assignees[number % assignees.count] }
        let stamp = stamp()
        return Made(
            id: ClientID(at: stamp.createdAt, random: dice.bytes(10)),
            content: ClientContent().applying(draft.asPatch, in: ClientEdit()).content, stamp: stamp)
    }

    private mutating func emails(of draft: ClientDraft, _ number: Int) -> [ContactPoint] {
        let name = "\(draft.firstName ?? "").\(draft.lastName ?? "")"
        let local = SearchText.fold(name).unicodeScalars.filter { ("a"..."z").contains($0) || $0 == "." }
        let domain = dice.pick(["example.com", "example.net", "example.org"])
        let home = ContactPoint(
            value: "\(String(String.UnicodeScalarView(local)))\(number + 1)@\(domain)", type: "home")
        guard dice.chance(20) else { return [home] }
        return [home, ContactPoint(value: "client\(number + 1)@work.example.com", type: "work")]
    }

    private mutating func phones(in city: DemoWords.City) -> [ContactPoint] {
        (0..<(dice.chance(25) ? 2 : 1)).map { index in
            let line = dice.number(below: 100)
            let number = "(\(city.areaCode)) 555-01\(line < 10 ? "0" : "")\(line)"
            return ContactPoint(value: number, type: index == 0 ? "mobile" : "work", isPrimary: index == 0)
        }
    }

    private mutating func address(in city: DemoWords.City) -> PostalAddress {
        PostalAddress(
            type: "home", street: "\(100 + dice.number(below: 9800)) \(dice.pick(DemoWords.streets))", city: city.name,
            state: city.state, code: city.code, country: "US")
    }

    /// Created within the last 400 days and dealt with at some moment since.
    private mutating func stamp() -> ClientStamp {
        let age = dice.number(below: 400 * 86_400) + 60
        let silence = dice.number(below: age)
        var stamp = ClientStamp(now: now - .seconds(age))
        stamp.lastActivityAt = now - .seconds(silence)
        stamp.updatedAt = stamp.lastActivityAt
        return stamp
    }
}
