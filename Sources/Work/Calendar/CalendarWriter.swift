import Core

/// Writes a calendar of RFC 5545: lines that end with CR and LF and are folded at 75 octets, texts that are escaped.
struct CalendarWriter {
    private(set) var bytes: [UInt8] = []
    private static let longestLine = 75

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    /// Writes a line, in as many as it takes: a line that goes on begins with a space. No character is cut in two.
    mutating func line(_ text: String) {
        var length = 0
        for scalar in text.unicodeScalars {
            let width = UTF8.width(scalar)
            if length + width > Self.longestLine {
                bytes += [13, 10, 32]
                length = 1
            }
            length += width
            if width == 1 {
                bytes.append(UInt8(scalar.value))
            } else {
                bytes.append(contentsOf: UTF8.encode(scalar) ?? .init())
            }
        }
        bytes += [13, 10]
    }

    /// Writes a property whose value is a text (RFC 5545 §3.3.11); nothing when it is empty.
    mutating func text(_ name: String, _ value: String) {
        if value.isEmpty { return }
        var escaped = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\", ";", ",":
                escaped.append("\\")
                escaped.append(scalar)
            case "\n": escaped.append(contentsOf: "\\n".unicodeScalars)
            case "\t": escaped.append(" ")
            // Nothing that a person typed begins a line of its own.
            case _ where scalar.value < 32 || scalar.value == 127: break
            default: escaped.append(scalar)
            }
        }
        line("\(name):\(String(escaped))")
    }

    /// Writes a moment in UTC.
    mutating func moment(_ name: String, _ moment: Timestamp) {
        let text = moment.iso8601.prefix(19).filter { $0 != "-" && $0 != ":" }
        line("\(name):\(text)Z")
    }

    /// Writes a day, which has no zone.
    mutating func day(_ name: String, _ day: CalendarDay) {
        line("\(name);VALUE=DATE:\(day.date.basicText)")
    }

    /// Writes a time on the wall of a zone. The rule of a time that the clocks skip or show twice is that of ``Zone/moment(_:)`` (RFC 5545 §3.3.5).
    mutating func time(_ name: String, _ time: LocalTime, in zone: Zone) {
        if zone.name == "UTC" {
            line("\(name):\(time.basicText)Z")
        } else {
            line("\(name);TZID=\(zone.name):\(time.basicText)")
        }
    }
}

extension LocalTime {
    /// `20260131T090500`.
    var basicText: String { "\(day.date.basicText)T\(clock.filter { $0 != ":" })00" }
}
