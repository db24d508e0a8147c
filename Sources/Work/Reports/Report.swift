package import Core

/// What a report says: columns with a name each, and rows of as many values.
package struct Report: Sendable, Hashable {
    /// The reports; the raw value is the last part of the address.
    package enum Subject: String, Sendable, CaseIterable {
        case sources, speed, conversion, activity, volume
    }

    /// One value.
    package enum Cell: Sendable, Hashable {
        case text(String?)
        case user(AccountID?)
        case count(Int64?)
        /// In cents.
        case money(Int64?)
        /// In hundredths of a percent.
        case share(Int64?)
    }

    /// What a column is called: in JSON, and in the first line of a CSV.
    package struct Column: Sendable, Hashable {
        package let name: String
        package let title: String

        init(_ name: String, _ title: String) {
            self.name = name
            self.title = title
        }
    }

    package let columns: [Column]
    package internal(set) var rows: [[Cell]] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// The values of a column, from top to bottom.
    package func column(_ name: String) -> [Cell] {
        guard let place = columns.firstIndex(where: { $0.name == name }) else { return [] }
        return rows.map { $0[place] }
    }
}

extension Report {
    /// Writes the rows as the API shows them: a list of objects.
    package func write(to writer: inout JSONWriter) {
        writer.array { list in
            for row in rows {
                list.object { object in
                    for (column, value) in zip(columns, row) {
                        object.key(text: column.name)
                        value.write(to: &object)
                    }
                }
            }
        }
    }

    /// The rows as CSV: amounts and percentages with two decimals.
    package var csv: [UInt8] {
        var writer = CSVWriter()
        writer.line(columns.map(\.title))
        for row in rows { writer.line(row.map(\.cell)) }
        return writer.takeBytes()
    }
}

extension Report.Cell {
    fileprivate func write(to writer: inout JSONWriter) {
        switch self {
        case .text(let text?): writer.string(text)
        case .user(let id?): writer.identifier(id)
        case .count(let number?), .money(let number?), .share(let number?): writer.number(number)
        case .text(nil), .user(nil), .count(nil), .money(nil), .share(nil): writer.null()
        }
    }

    fileprivate var cell: String {
        switch self {
        case .text(let text): return text ?? ""
        case .user(let id): return id?.description ?? ""
        case .count(let number): return number.map(String.init) ?? ""
        case .money(let number), .share(let number): return number.map(Self.decimal) ?? ""
        }
    }

    private static func decimal(_ hundredths: Int64) -> String {
        let (whole, rest) = (hundredths.magnitude / 100, hundredths.magnitude % 100)
        return "\(hundredths < 0 ? "-" : "")\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}
