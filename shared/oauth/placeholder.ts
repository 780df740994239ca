/*
 * Tells a secret from what stands where a secret was: exports mask them, templates leave a gap for them. Such a text must never
 * become a secret, since everybody who knows the form knows it.
 */

type Form = { is: RegExp; problem: string };

/** What masks a character on screens and in exports. */
const mask = '[*\u2022\u25cf\u2219\u22c5\u00b7\u2217\u25aa\u25a0\u2588\u2026]';

/** Words that stand for a secret, without case and without what is between and around their letters. */
const words = [
  'redacted', 'removed', 'hidden', 'masked', 'censored', 'confidential', 'sensitive', 'omitted', 'encrypted', 'obfuscated',
  'secret', 'thesecret', 'yoursecret', 'yoursecrethere', 'mysecret', 'clientsecret', 'yourclientsecret',
  'yourclientsecrethere', 'secrethere', 'secretvalue', 'secretkey', 'secretgoeshere', 'notshown', 'notavailable', 'valuehidden',
  'password', 'yourpassword', 'yourpasswordhere', 'mypassword', 'passwordhere',
  'changeme', 'changeit', 'changethis', 'pleasechange', 'pleasechangeme', 'replaceme', 'replacethis', 'replacewithsecret',
  'replacewithyoursecret', 'fillme', 'fillin', 'insertsecret', 'insertsecrethere', 'entersecret', 'placeholder', 'todo', 'tbd',
  'null', 'nil', 'none', 'undefined', 'empty', 'unknown', 'notset', 'unset', 'na',
] as const; // biome-ignore format: a list of words

const forms: readonly Form[] = [
  { is: /^\s*$/, problem: 'is blank' },
  {
    is: new RegExp(`${mask}{4}|^${mask}+$|^(.)\\1{2,}$`, 'u'),
    problem: 'is masked: the file does not have the real value',
  },
  { is: /(?:\u2026|\.\.\.)$/, problem: 'is cut off: the file does not have all of the value' },
  { is: /^x{4,}$|^(?:x+-)+x+$/i, problem: 'is masked: the file does not have the real value' },
  {
    // ${VAR}, $(VAR), {{ var }}, %VAR%, @@VAR@@, ##VAR##, #{VAR}#, <%= var %>, $VAR, $env:VAR
    is: /^(?:\$\{.*\}|\$\(.*\)|\{\{.*\}\}|%\w+%|@@.*@@|##.*##|#\{.*\}#?|<%.*%>|\$[A-Z][A-Z0-9_]{2,}|\$env:\w+)$/s,
    problem: 'is the name of a variable, which was not replaced by its value',
  },
  {
    // A reference to where the secret is kept.
    is: /^(?:@Microsoft\.KeyVault\(|arn:aws[a-z-]*:|ENC\[|vault:|secretsmanager:|ssm:|op:\/\/|projects\/[^/]+\/secrets\/|!Ref |!Sub |\{\{?resolve:)/i,
    problem: 'is a reference to a secret that is kept elsewhere',
  },
  {
    // Spring Cloud Config, CAS, Jasypt, Ansible and git-crypt: everybody may read the file, and only the other server has the key.
    is: /^(?:\{(?:cas-)?cipher\}|ENC\(|\$ANSIBLE_VAULT;|AES256:|enc:v\d)/i,
    problem: 'is encrypted: the file does not have the value itself',
  },
  { is: /^(?:<.*>|\[.*\]|\(.*\)|\{.*\})$/s, problem: 'is a placeholder in brackets, not a value' },
];

const isWord = (text: string): boolean =>
  (words as readonly string[]).includes(text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ''));

/**
 * Says why a text cannot be the secret or password that it is given as, in words that follow its name: blank, masked, a variable,
 * a reference, a placeholder. Undefined for what may be a secret. Never quotes it.
 */
export function judgePlaceholder(text: string): string | undefined {
  const form = forms.find(({ is }) => is.test(text));
  return form?.problem ?? (isWord(text) ? 'is a word that stands for a secret, not a value' : undefined);
}

/** How hashes of passwords and secrets look: in crypt(3), in Django and Werkzeug, in LDAP and Spring Security, in ASP.NET, and here. */
const hashes = [
  // A secret may begin like one, so that its parts have to be there as well.
  /^\$(?:[1567y]|gy|apr1|argon2(?:i|d|id)|scrypt|bcrypt-sha256|pbkdf2(?:-[a-z0-9]+)?)\$[\w./,=+-]+\$.{16}/,
  /^\$[PH]\$[./0-9A-Za-z]{31}$/,
  /^(?:\$wp)?\$2[abxy]?\$\d\d\$/,
  /^\$[0-9a-f]{5,8}\$[\w+/=-]{16,}\$[\w+/=-]{16,}$/,
  /^(?:pbkdf2_sha\d+|bcrypt(?:_sha256)?|argon2|scrypt|(?:salted_|unsalted_)?(?:md5|sha1))\$/,
  /^(?:pbkdf2|scrypt):\w+:\d+/,
  /^\{(?:bcrypt|crypt|argon2|pbkdf2|scrypt|ldap|noop|pepper:|pkcs5s2|blf-crypt|s?sha[\d-]*|s?md[45])[^}]*\}/i,
  /^AQAAAA[AEI]A[\w+/]{50,}=*$/,
  /^sha(?:256|256-base64|512-base64)\$[\w+/-]{43,}=*$/,
];

/**
 * Says so if a text is the hash of a password or secret, in words that follow its name. `member` is where hashes are given. Taken for
 * the secret itself, it would let in everybody who has read the table that it comes from.
 */
export const judgeHash = (text: string, member: string): string | undefined =>
  hashes.some((form) => form.test(text)) ? `is a hash, not the value itself: give it as ${member}` : undefined;

/** Anything shorter is a mistake. What is a little longer is weak, and guesses at it are counted; see client-secret.ts. */
const shortestSecret = 6;

/** The same for a secret of a client, which nobody has to remember or type. */
export const judgeGivenSecret = (text: string): string | undefined =>
  judgePlaceholder(text) ??
  judgeHash(text, 'client_secret_hashes, which --format rfc7591 reads') ??
  (text.length < shortestSecret
    ? `is too short to be a secret: it has fewer than ${shortestSecret} characters`
    : undefined);
