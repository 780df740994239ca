/** A mail as it is sent, to one address. */
export type Message = {
  to: string;
  subject: string;
  text: string;
  html: string;
};

/** Sends a message. Resolves when somebody else answers for it; throws otherwise. */
export type Send = (message: Message) => Promise<void>;
