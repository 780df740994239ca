/** The tag of every signing key in KMS. Its value is the name of the Keys table, which is unique to the server. */
export const kmsKeyTag = 'pixy-keys-table';
