package import Core

/// Marks identities of merges.
package enum MergeEntity {}

/// The identity of one merge of two clients.
package typealias MergeID = Identifier<MergeEntity>
