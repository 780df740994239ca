/**
 * Which clients must use PKCE, and how strictly.
 *
 * `none`  PKCE is not required (the client authenticates instead); a challenge that is sent still binds.
 * `any`   PKCE is required with `S256` or `plain`; a missing method means `plain` (RFC 7636 §4.3).
 * `S256`  PKCE is required with `S256`.
 */
export const pkcePolicies = ['none', 'any', 'S256'] as const;
export type PkcePolicy = (typeof pkcePolicies)[number];

/** `report` lets through what only the policy would refuse, and records it in the audit line. */
export type EnforcementMode = 'enforce' | 'report';

/** A temporary exception that lifts the floors for one client. The floors are enforced again from `until` on. */
export type Waiver = { owner: string; reason: string; until: number };

/**
 * How a client came that nobody registered by hand: `url` by a client id metadata document, `dynamic` by dynamic registration
 * (RFC 7591).
 */
export const unregisteredClasses = ['url', 'dynamic'] as const;
export type UnregisteredClass = (typeof unregisteredClasses)[number];

/** The policy of the whole authorization server. */
export type GlobalPolicy = {
  /** For clients that inherit. */
  default: PkcePolicy;
  /** No client goes below it without a waiver. */
  floor: PkcePolicy;
  mode: EnforcementMode;
  /** Floors of the classes of clients that nobody registered, beside the floor of all. Default: `S256`. */
  floors?: Partial<Record<UnregisteredClass, PkcePolicy>> | undefined;
};

export const shippedGlobalPolicy: GlobalPolicy = { default: 'S256', floor: 'none', mode: 'enforce' };

/** Let a legacy client in first, to be tightened later: `s256` for `S256`, and verifiers from 8 characters. */
export const compatibilitySwitches = ['acceptLowercaseMethod', 'acceptShortVerifier'] as const;
export type CompatibilitySwitch = (typeof compatibilitySwitches)[number];

/** The settings of a client that determine its policy. Times are in epoch seconds. */
export type ClientPolicySettings = {
  policy: PkcePolicy | 'inherit';
  /** A public client cannot authenticate, so PKCE is its only proof (RFC 9700 §2.1.1). */
  isPublic: boolean;
  /** Absent for a client that somebody registered. */
  clientClass?: UnregisteredClass | undefined;
  /** Default: the global mode. */
  mode?: EnforcementMode | undefined;
  /** With `mode: 'report'`, the client is enforced from this moment on. */
  enforceAfter?: number | undefined;
  waiver?: Waiver | undefined;
  acceptLowercaseMethod?: boolean | undefined;
  acceptShortVerifier?: boolean | undefined;
};

export type PolicyOrigin =
  | 'client'
  | 'global default'
  | 'floor'
  | 'public client floor'
  | `${UnregisteredClass} client floor`
  | 'waiver';

/** The rules that a request must satisfy. */
export type PkceRules = {
  /** The effective policy. */
  policy: PkcePolicy;
  origin: PolicyOrigin;
  mode: EnforcementMode;
  /** What is refused today: the effective policy or, in report mode, only what no mode may let through. */
  enforced: PkcePolicy;
  acceptLowercaseMethod: boolean;
  acceptShortVerifier: boolean;
};

const strictness = (policy: PkcePolicy): number => pkcePolicies.indexOf(policy);

/** Whether `policy` requires less than `other`. */
export const isWeaker = (policy: PkcePolicy, other: PkcePolicy): boolean => strictness(policy) < strictness(other);

/** The built-in floor of clients that cannot authenticate (RFC 9700 §2.1.1: public clients MUST use PKCE). */
export const publicClientFloor: PkcePolicy = 'any';

/** The floor of a class of clients that nobody registered. */
export const classFloor = (clientClass: UnregisteredClass, { floors }: GlobalPolicy): PkcePolicy =>
  floors?.[clientClass] ?? 'S256';

export const isWaived = (client: ClientPolicySettings, now: number): boolean =>
  client.waiver !== undefined && now < client.waiver.until;

/** Returns the stricter of the floors and the chosen policy (the client's own or the default), and its origin. */
export function effectivePolicy(
  client: ClientPolicySettings,
  global: GlobalPolicy,
  now: number,
): { policy: PkcePolicy; origin: PolicyOrigin } {
  const chosen =
    client.policy === 'inherit'
      ? ({ policy: global.default, origin: 'global default' } as const)
      : ({ policy: client.policy, origin: 'client' } as const);
  const floor = strictestFloor(client, global);
  if (!isWeaker(chosen.policy, floor.policy)) return chosen;
  return isWaived(client, now) ? { policy: chosen.policy, origin: 'waiver' } : floor;
}

function strictestFloor({ isPublic, clientClass }: ClientPolicySettings, global: GlobalPolicy) {
  const floors: { policy: PkcePolicy; origin: PolicyOrigin }[] = [
    { policy: global.floor, origin: 'floor' },
    ...(isPublic ? [{ policy: publicClientFloor, origin: 'public client floor' } as const] : []),
    ...(clientClass
      ? [{ policy: classFloor(clientClass, global), origin: `${clientClass} client floor` } as const]
      : []),
  ];
  return floors.reduce((strictest, floor) => (isWeaker(strictest.policy, floor.policy) ? floor : strictest));
}

/**
 * Enforces, unless the client or else the whole server is in report mode, the client's enforce-after date has not come, and no
 * waiver of the client has expired. Nothing old is waiting for clients that nobody registered, so report mode is not for them.
 */
export function enforcementMode(client: ClientPolicySettings, global: GlobalPolicy, now: number): EnforcementMode {
  if (client.clientClass !== undefined) return 'enforce';
  if (client.waiver !== undefined && !isWaived(client, now)) return 'enforce'; // an expired waiver enforces
  if (client.mode === undefined) return global.mode;
  if (client.mode === 'report' && client.enforceAfter !== undefined && now >= client.enforceAfter) return 'enforce';
  return client.mode;
}

/** Returns the rules for requests of this client at `now` (epoch seconds). Refuses nothing itself. */
export function resolveRules(client: ClientPolicySettings, global: GlobalPolicy, now: number): PkceRules {
  const { policy, origin } = effectivePolicy(client, global, now);
  const mode = enforcementMode(client, global, now);
  // Report mode never takes a public client below its built-in floor; only a waiver does.
  const reportFloor = client.isPublic && !isWaived(client, now) ? publicClientFloor : 'none';
  return {
    policy,
    origin,
    mode,
    enforced: mode === 'enforce' ? policy : reportFloor,
    acceptLowercaseMethod: client.acceptLowercaseMethod ?? false,
    acceptShortVerifier: client.acceptShortVerifier ?? false,
  };
}

/** Returns the methods to announce for the policies in force (RFC 8414 §2, `code_challenge_methods_supported`). */
export const announcedMethods = (policies: readonly PkcePolicy[]): string[] =>
  policies.some((policy) => policy !== 'S256') ? ['S256', 'plain'] : ['S256'];
