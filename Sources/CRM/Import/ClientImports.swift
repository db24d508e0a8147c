import Accounts
import ContactFiles
import Core
import FileStorage
package import SecurityEvents
import Storage

/// Brings files of people into the brokerage: takes them, works on them in the background, tells how far it is, and takes back what it did.
package struct ClientImports: Sendable {
    let book: ClientBook
    let recorder: EventRecorder
    /// Where the files wait.
    package let files: ImportFiles
    let lease: ImportLease
    /// Tells the worker of this node that a file waits, or an import that is to be taken back.
    package let backgroundWork = WorkSignal()
    /// Where the files are read on their way into the book; each upload has a thread of its own.
    let thread = FileThread(label: "gatehouse.import")
    /// After so many rows of which nothing is written the worker says that it is still there, and asks whether to stop.
    var rowsBetweenWords: Int64 = 50_000
    var database: any Database { book.database }
    var world: World { book.world }

    /// How many imports of one person may wait or be under way.
    static let mostOpen = 5

    package init(book: ClientBook, recorder: EventRecorder, files: ImportFiles) {
        self.book = book
        self.recorder = recorder
        self.files = files
        lease = ImportLease(worker: book.world.identifier(), world: book.world)
    }

    /// How dates are read, of which nothing in the file proves the order.
    func dates(_ options: ImportOptions) -> DateReading {
        let day = PartialDate(daysSince1970: Int(world.now().seconds / 86_400))
        return DateReading(order: options.dateOrder ?? book.home.dateOrder, currentYear: day.year ?? 2000)
    }
}

extension HomeRegion {
    /// The United States and what belongs to them write the month first, nearly everybody else the day.
    var dateOrder: DateOrder {
        ["US", "PR", "GU", "VI", "AS", "MP", "FM", "MH", "PW"].contains(code) ? .monthFirst : .dayFirst
    }
}
