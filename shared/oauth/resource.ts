/** Whether a text is an absolute URI without a fragment (RFC 8707 §2). */
export const isResource = (text: string): boolean =>
  text.length <= 1_000 && /^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(text) && !text.includes('#') && URL.canParse(text);
