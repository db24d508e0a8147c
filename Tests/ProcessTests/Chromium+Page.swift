extension Chromium {
    /// What a page of the office does: `call` speaks to the API and keeps the access token.
    private static let page = """
        const call = async (method, path, body) => {
          const headers = { 'content-type': 'application/json' };
          if (window.token) headers.authorization = `Bearer ${window.token}`;
          const answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
          const text = await answer.text();
          const parsed = text ? JSON.parse(text) : {};
          if (!answer.ok) throw parsed;
          if (parsed.accessToken) window.token = parsed.accessToken;
          return parsed;
        };
        const passkeys = await import('/assets/passkeys.js');

        """

    /// Runs `body` as a page of the office would, with `call` and `passkeys` at hand and `arguments` in `args`.
    @discardableResult
    func inPage(_ body: String, _ arguments: [Any] = []) throws -> [String: Any] {
        let answer = try run(Self.page + body, arguments)
        guard let members = answer as? [String: Any] else { throw Surprise("\(answer)") }
        return members
    }
}
