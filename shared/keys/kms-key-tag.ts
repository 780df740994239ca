/** The tag of every signing key in KMS. Its value is the name of the Keys table, which no other server has. */
export const kmsKeyTag = 'pixy-keys-table';
