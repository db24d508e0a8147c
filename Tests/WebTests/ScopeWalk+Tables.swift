/// What a table is to the walk.
enum WalkedTable: Sendable {
    /// Its rows belong to clients, by this column. `merge` says what becomes of them when two clients are made one.
    case ofClients(_ column: String, merge: String)
    /// Its rows belong to people, by this column. `furnished` says whether the walk makes one for the other person.
    case ofPeople(_ column: String, furnished: Bool = true)
    /// It is everybody's, or nobody's.
    case others(_ why: String)
}

extension ScopeWalk {
    /// What each table of the schema is to the walk. A table that is not here fails the walk.
    static let tables: [String: WalkedTable] = [
        // Clients.
        "client": .ofClients("id", merge: "the loser's row lies beside the trash"),
        "client_alias": .ofClients("client_id", merge: "leads from the loser to the winner"),
        "client_change": .ofClients("client_id", merge: "copied to client_merged_change of the winner"),
        "client_collaborator": .ofClients(
            "client_id", merge: "written with the winner, whose collaborators are both's"),
        "client_custom": .ofClients("client_id", merge: "written with the winner, whose values are both's"),
        "client_match": .ofClients("client_id", merge: "written with the winner, who is found by both's"),
        "client_merged_change": .ofClients("client_id", merge: "goes on to the winner"),
        "client_pair": .ofClients("low_id", merge: "the loser's pairs are removed"),
        "client_pair_dismissal": .ofClients("low_id", merge: "counts for the winner"),
        "client_pair_key": .ofClients("client_id", merge: "written anew with the winner"),
        "client_reader": .ofClients("client_id", merge: "removed like that of the trash"),
        "client_relation": .ofClients(
            "client_id", merge: "written with the winner, and with those that named the loser"),
        "client_search": .ofClients("client_id", merge: "removed like that of the trash"),
        "client_total": .ofPeople("user_id"),
        "smart_list": .ofPeople("owner_id"),
        "bulk_change": .ofPeople("user_id"),
        "bulk_selection": .ofClients("client_id", merge: "stays; a bulk change passes over who is gone"),
        "bulk_refusal": .others("reasons of one's own bulk change, about clients within its reach"),
        "client_import": .ofPeople("user_id"),
        "client_import_row": .others("rows of one's own import, reached through it"),
        "client_import_kept": .ofClients(
            "client_id", merge: "stays; the import names the loser, which leads to the winner"),
        "client_import_mapping": .ofPeople("user_id"),
        "export_grant": .ofPeople("user_id", furnished: false),
        "export_request": .ofPeople("user_id", furnished: false),
        "client_trigram": .others("keeps no text of its own; asked only together with client_search"),
        "client_search_renewal": .others("how far the machine has come"),
        "client_pair_walk": .others("how far the machine has come"),
        "client_day": .ofClients("client_id", merge: "written with the winner, whose days are both's"),
        "stage_interval": .others("the brokerage's own"),
        "client_stage": .others("the brokerage's own"),
        "custom_field": .others("the brokerage's own"),
        // What is done with clients.
        "timeline_entry": .ofClients("client_id", merge: "goes on to the winner, and back when the merge is undone"),
        "timeline_revision": .others("what entries were before; reached through them"),
        "client_contact": .ofClients("client_id", merge: "counted anew from the entries of both"),
        "action_plan": .others("the brokerage's own"),
        "plan_enrolment": .ofClients("client_id", merge: "goes on to the winner, and back when the merge is undone"),
        "mail_template": .ofPeople("owner_id"),
        "client_file": .ofClients("client_id", merge: "goes on to the winner, and back when the merge is undone"),
        "appointment": .others("reached through its clients and attendees"),
        "appointment_client": .ofClients(
            "client_id", merge: "goes on to the winner, and back when the merge is undone"),
        "appointment_attendee": .ofPeople("user_id"),
        "task": .ofClients("client_id", merge: "goes on to the winner, and back when the merge is undone"),
        "deal": .ofPeople("created_by"),
        "deal_agent": .ofPeople("user_id"),
        "deal_party": .ofClients(
            "client_id", merge: "goes on to the winner, one party with the roles of both, and back when it is undone"),
        "deal_task": .others("tasks of deals; reached through them"),
        "deal_date": .others("days of deals; reached through them"),
        "deal_stage_change": .ofPeople("user_id"),
        "listing": .others("everybody sees the brokerage's listings"),
        "listing_change": .others("everybody sees the brokerage's listings"),
        "listing_client": .ofClients("client_id", merge: "goes on to the winner, and back when it is undone"),
        "buyer_request": .ofClients("client_id", merge: "goes on to the winner, and back when it is undone"),
        "request_place": .others("places of requests; reached through them"),
        "listing_match": .ofClients("client_id", merge: "goes on to the winner, and back when it is undone"),
        "listing_match_turn": .others("the machine's"),
        "lead_source_cost": .others("the brokerage's own"),
        "deal_template": .others("the brokerage's own"),
        "webhook": .others("the brokerage's own; owner and admin alone"),
        "webhook_delivery": .others("what was told of records; owner and admin alone"),
        "happening": .others("identities on their way to webhooks; no route reads it"),
        "happening_follower": .others("the machine's"),
        "pipeline": .others("the brokerage's own"), "deal_stage": .others("the brokerage's own"),
        // People.
        "account": .ofPeople("id"),
        "account_password": .ofPeople("account_id"),
        "api_key": .ofPeople("account_id"),
        "session": .ofPeople("user_id"),
        "passkey": .ofPeople("account_id"),
        "remembered_device": .ofPeople("account_id"),
        "known_device": .ofPeople("account_id", furnished: false),
        "mailed_link": .ofPeople("account_id", furnished: false),
        "mfa_account": .ofPeople("account_id", furnished: false),
        "mfa_phone": .ofPeople("account_id", furnished: false),
        "mfa_recovery": .ofPeople("account_id", furnished: false),
        "mfa_recovery_code": .ofPeople("account_id", furnished: false),
        "mfa_totp": .ofPeople("account_id", furnished: false),
        "password_history": .ofPeople("account_id", furnished: false),
        "sign_in_challenge": .ofPeople("account_id", furnished: false),
        "sign_in_habit": .ofPeople("account_id", furnished: false),
        "invitation": .ofPeople("invited_by", furnished: false),
        "calendar_feed": .ofPeople("user_id"),
        "user_setting": .ofPeople("user_id"),
        "security_event": .ofPeople("user_id"),
        "security_person_key": .ofPeople("user_id", furnished: false),
        // The machine's.
        "alert_fold": .others("of the whole log"), "alert_rule": .others("the brokerage's own"),
        "alert_turn": .others("the machine's"), "event_hour": .others("figures of the whole log"),
        "event_rollup": .others("figures of the whole log"), "event_total": .others("figures of the whole log"),
        "key_ring": .others("the machine's"), "outbox": .others("mails on their way; no route reads it"),
        "rate_window": .others("the machine's"), "schema_migration": .others("the machine's"),
        "security_checkpoint": .others("of the whole log"), "security_event_budget": .others("of the whole log"),
        "security_log": .others("of the whole log"),
        "security_seal": .others("of the whole log"), "security_shipment": .others("of the whole log"),
        "security_unsealed": .others("of the whole log"), "session_hour": .others("figures of all sessions"),
        "sign_in_guard": .others("by what was typed, not by person"),
        "used_passkey_challenge": .others("the machine's"),
    ]
}
