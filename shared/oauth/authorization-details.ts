/**
 * One element of `authorization_details` (RFC 9396 §2) as canonical JSON: members sorted, no spaces. Two are equal exactly when their
 * texts are, so that a text can be kept, compared and looked for.
 */
export type Detail = string;

/** The members that mean something to this server. The type defines all others. */
export type DetailMembers = Readonly<Record<string, unknown>> & { type: string };

/** The members of an element. */
export const membersOf = (detail: Detail): DetailMembers => JSON.parse(detail) as DetailMembers;
