/** What KMS is called where it fails: to people, and in the `cause` of an audit line, which an alarm looks for. */
export const kmsService = 'AWS KMS';
