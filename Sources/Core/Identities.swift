/// Marks identifiers of accounts.
package enum AccountEntity {}

/// The identity of a person who can sign in. The API calls them a user.
package typealias AccountID = Identifier<AccountEntity>

/// Marks identifiers of sessions.
package enum SessionEntity {}

/// The identity of one signed-in device of one person.
package typealias SessionID = Identifier<SessionEntity>

/// Marks identifiers of API keys.
package enum APIKeyEntity {}

/// The identity of an API key: by which it is listed and revoked. It stands in the key itself and is no secret.
package typealias APIKeyID = Identifier<APIKeyEntity>
