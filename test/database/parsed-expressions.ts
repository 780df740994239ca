/*
 * Half of the time that dynalite takes for a call is the parsing of its expressions, and there are only a few hundred of them. What
 * comes out depends on the text, the names, and the types of the values; the values themselves are then put in.
 */

export type Parser = { parse: (text: string, options: { context: ParseContext }) => unknown };

type ParseContext = {
  attrNames?: Record<string, string>;
  attrVals?: Record<string, object>;
  unusedAttrNames: Record<string, true>;
  unusedAttrVals: Record<string, true>;
  isKeyCondition?: boolean;
};

/** The place of a value in a parsed expression. */
class Place {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

type Remembered = { parsed: object; names: string[]; values: string[] };

/** What is checked against the values themselves while it is parsed. */
const looksAtValues = /between|attribute_type/i;

/** Gives a parser a memory. What it refuses is parsed every time. */
export function rememberParsed(parser: Parser): void {
  const { parse } = parser;
  const remembered = new Map<string, Remembered>();
  parser.parse = (text, { context }) => {
    if (looksAtValues.test(text)) return parse(text, { context });
    const { attrNames = {}, attrVals = {} } = context;
    const key = keyOf(text, context);
    const known = remembered.get(key);
    if (known === undefined) {
      const unusedAttrNames = allOf(attrNames);
      const unusedAttrVals = allOf(attrVals);
      const parsed = parse(text, { context: { ...context, unusedAttrNames, unusedAttrVals } });
      if (typeof parsed !== 'object' || parsed === null) return parse(text, { context });
      const names = Object.keys(attrNames).filter((name) => !unusedAttrNames[name]);
      const values = Object.keys(attrVals).filter((name) => !unusedAttrVals[name]);
      const places = new Map(Object.entries(attrVals).map(([name, value]) => [value, new Place(name)]));
      remembered.set(key, { parsed: withPlaces(parsed, places), names, values });
      return parser.parse(text, { context });
    }
    for (const name of known.names) delete context.unusedAttrNames[name];
    for (const name of known.values) delete context.unusedAttrVals[name];
    return withValues(known.parsed, attrVals);
  };
}

const allOf = (named: object): Record<string, true> =>
  Object.fromEntries(Object.keys(named).map((name) => [name, true as const]));

const keyOf = (text: string, { attrNames, attrVals = {}, isKeyCondition }: ParseContext): string =>
  JSON.stringify([
    text,
    isKeyCondition,
    attrNames,
    Object.entries(attrVals).map(([name, value]) => [name, Object.keys(value)[0]]),
  ]);

const withPlaces = <Node>(node: Node, places: ReadonlyMap<object, Place>): Node =>
  copyOf(node, (one) => places.get(one));

const withValues = <Node>(node: Node, values: Record<string, object>): Node =>
  copyOf(node, (one) => (one instanceof Place ? values[one.name] : undefined));

/** A copy, because dynalite writes into what it parsed, with something else in some places. */
function copyOf<Node>(node: Node, instead: (one: object) => object | undefined): Node {
  if (typeof node !== 'object' || node === null) return node;
  const other = instead(node);
  if (other !== undefined) return other as Node;
  if (Array.isArray(node)) return node.map((one) => copyOf(one, instead)) as Node;
  const copy = Object.create(Object.getPrototypeOf(node) as object | null) as Record<string, unknown>;
  for (const [name, member] of Object.entries(node)) copy[name] = copyOf(member, instead);
  return copy as Node;
}
