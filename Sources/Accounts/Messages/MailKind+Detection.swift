package import SecurityEvents

extension MailKind {
    /// The notice that an event of the detection asks for; `nil` for one that its owner is not written to about.
    package init?(about event: EventType) {
        switch event {
        case .deviceMismatch: self = .deviceMismatch
        case .geoAnomalyDetected: self = .geoAnomaly
        default: return nil
        }
    }

    /// What the template of a detection's notice names, out of the detail of its event.
    package static func values(about event: Event) -> [String: String] {
        var values: [String: String] = [:]
        values["journey"] = event.detail["journey"]
        switch event.detail["action"].flatMap(DetectionAction.init) {
        case .challenge: values["challenged"] = "yes"
        case .block: values["blocked"] = "yes"
        case .allow, nil: break
        }
        return values
    }
}
