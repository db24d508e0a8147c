import CCurl
import Core
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One mail on its way to a server, through libcurl. Lives and dies on one thread.
final class SMTPTransfer {
    private let message: MailMessage
    private let stop: StopSign
    private let bytes: [UInt8]
    private var sent = 0
    private var dialogue = SMTPDialogue()

    init(of message: MailMessage, stop: StopSign) {
        self.message = message
        self.stop = stop
        bytes = message.bytes
    }

    /// What must be done once before libcurl is used by any thread. A server that hangs up must not end the program.
    private static let isReady: Bool = {
        _ = signal(SIGPIPE, SIG_IGN)
        return gatehouse_curl_start() == CURLE_OK
    }()

    /// Blocks until the server has accepted the mail, and says why it has not.
    func perform(to server: MailServer, connectionLimit: Duration, limit: Duration) -> DeliveryFailure? {
        guard Self.isReady, let handle = unsafe curl_easy_init() else { return .temporary("libcurl cannot be started") }
        // Said by the library when it fails; it must be there until the handle is gone.
        let said = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe said.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        let recipients = unsafe curl_slist_append(nil, message.to.text)
        defer {
            withExtendedLifetime(self) { unsafe curl_easy_cleanup(handle) }
            unsafe curl_slist_free_all(recipients)
            unsafe said.deallocate()
        }
        let settings = unsafe Settings(handle: handle)
        unsafe settings.set(CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(said))
        settings.place(server, introducingAs: message.from.address)
        settings.set(CURLOPT_CONNECTTIMEOUT_MS, connectionLimit.milliseconds)
        settings.set(CURLOPT_TIMEOUT_MS, limit.milliseconds)
        settings.set(CURLOPT_MAIL_FROM, message.from.address.text)
        unsafe settings.set(CURLOPT_MAIL_RCPT, list: recipients)
        settings.set(CURLOPT_UPLOAD, 1)
        unsafe settings.check(gatehouse_curl_set_offset(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(bytes.count)))
        connectCallbacks(settings)
        guard unsafe recipients != nil, settings.areAccepted else {
            return .temporary("libcurl lacks something that is needed to send mail")
        }
        let code = unsafe curl_easy_perform(handle)
        guard code != CURLE_OK else { return nil }
        return failure(code, said: unsafe String(cString: said))
    }

    private func failure(_ code: CURLcode, said: String) -> DeliveryFailure {
        if stop.isSet.load(ordering: .relaxed) {
            return .temporary("stopped before the mail server had accepted the mail")
        }
        let standard = unsafe String(cString: curl_easy_strerror(code))
        let detail = HeaderText.cleaned(said)
        let problem = detail.isEmpty ? standard : detail
        return dialogue.failure("the mail could not be handed over: \(problem)", address: message.to.text)
    }

    /// The callbacks come on this thread, from within the two calls of libcurl during which `self` is kept alive.
    private func connectCallbacks(_ settings: borrowing Settings) {
        let me = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe settings.check(
            gatehouse_curl_set_read(
                settings.handle,
                { room, size, count, me in
                    guard let room = unsafe room, let me = unsafe me else { return Int(CURL_READFUNC_ABORT) }
                    let bytes = unsafe UnsafeMutableRawBufferPointer(start: room, count: size * count)
                    return unsafe Unmanaged<SMTPTransfer>.fromOpaque(me).takeUnretainedValue().fill(bytes)
                }, me))
        unsafe settings.check(
            gatehouse_curl_set_debug(
                settings.handle,
                { _, kind, data, count, me in
                    guard let data = unsafe data, let me = unsafe me else { return 0 }
                    let bytes = unsafe UnsafeRawBufferPointer(start: data, count: count)
                    unsafe Unmanaged<SMTPTransfer>.fromOpaque(me).takeUnretainedValue().note(kind, bytes)
                    return 0
                }, me))
        unsafe settings.check(
            gatehouse_curl_set_progress(
                settings.handle,
                { me, _, _, _, _ in
                    guard let me = unsafe me else { return 0 }
                    let transfer = unsafe Unmanaged<SMTPTransfer>.fromOpaque(me).takeUnretainedValue()
                    return transfer.stop.isSet.load(ordering: .relaxed) ? 1 : 0
                }, me))
    }

    private func fill(_ room: UnsafeMutableRawBufferPointer) -> Int {
        let next = bytes[sent...].prefix(room.count)
        unsafe room.copyBytes(from: next)
        sent += next.count
        return next.count
    }

    private func note(_ kind: curl_infotype, _ bytes: UnsafeRawBufferPointer) {
        if kind == CURLINFO_HEADER_OUT { unsafe dialogue.send(bytes.prefix(4)) }
        if kind == CURLINFO_HEADER_IN { unsafe dialogue.receive(Array(bytes)) }
    }
}

/// Sets options of a handle, and remembers whether one was refused: a transfer without it could be an unsafe one.
@safe private final class Settings {
    let handle: UnsafeMutableRawPointer
    private(set) var areAccepted = true

    init(handle: UnsafeMutableRawPointer) { unsafe self.handle = unsafe handle }

    func check(_ code: CURLcode) { areAccepted = areAccepted && code == CURLE_OK }

    func set(_ option: CURLoption, _ value: Int64) {
        unsafe check(gatehouse_curl_set_long(handle, option, Int(clamping: value)))
    }

    func set(_ option: CURLoption, _ value: String) { unsafe check(gatehouse_curl_set_string(handle, option, value)) }

    func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer) {
        unsafe check(gatehouse_curl_set_pointer(handle, option, value))
    }

    func set(_ option: CURLoption, list: UnsafeMutablePointer<curl_slist>?) {
        unsafe check(gatehouse_curl_set_list(handle, option, list))
    }

    /// Where to, under which protection, as whom. The server is told the sender's domain in the greeting: the name of
    /// this machine is often none that the world knows, and some servers turn such away.
    func place(_ server: MailServer, introducingAs sender: EmailAddress) {
        set(CURLOPT_URL, "\(server.description)/\(sender.domain)")
        set(CURLOPT_PROTOCOLS_STR, server.security == .fromStart ? "smtps" : "smtp")
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NOSIGNAL, 1)
        let starting: curl_usessl
        switch server.security {
        case .fromStart, .required: starting = CURLUSESSL_ALL
        case .opportunistic: starting = CURLUSESSL_TRY
        case .none: starting = CURLUSESSL_NONE
        }
        set(CURLOPT_USE_SSL, Int64(starting.rawValue))
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        // The lowest version allowed.
        set(CURLOPT_SSLVERSION, Int64(CURL_SSLVERSION_TLSv1_2))
        if let file = server.authorityFile { set(CURLOPT_CAINFO, file) }
        if let credentials = server.credentials {
            set(CURLOPT_USERNAME, credentials.user.exposed)
            set(CURLOPT_PASSWORD, credentials.password.exposed)
        }
    }
}
