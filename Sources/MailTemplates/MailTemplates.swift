import Mustache

/// The texts of the mails.
package enum MailTemplates {}
