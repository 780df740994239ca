import { type Tag, tokensOf } from './html-tags.ts';

/*
 * Reads the forms of a page as a browser without scripts would: what they send, and where.
 */

export type Field = {
  kind: 'input' | 'button' | 'select' | 'textarea';
  /** Lower case. Default for a button: `submit`. */
  type: string;
  name: string;
  value: string;
  isChecked: boolean;
  /** The label of a button, or whatever else describes a field: id, autocomplete, label. */
  description: string;
};

export type Form = { method: 'GET' | 'POST'; action: string; fields: readonly Field[] };

type Option = { value: string | undefined; text: string; isSelected: boolean };
/** A field whose closing tag has not come yet. */
type OpenField = { tag: Tag; text: string; options: Option[] };

/** Parses a page, given its URL. Leaves out forms that lead nowhere on the web. */
export function parseForms(html: string, url: string): Form[] {
  const forms: (Tag & { fields: Field[] })[] = [];
  let form: (typeof forms)[number] | undefined;
  let field: OpenField | undefined;

  for (const token of tokensOf(html)) {
    if ('text' in token) {
      const option = field?.options.at(-1);
      if (option) option.text += token.text;
      else if (field) field.text += token.text;
    } else if ('close' in token) {
      if (token.close === 'form') form = undefined;
      if (field && token.close === field.tag.name) field = finish(field, form?.fields);
    } else if (token.open.name === 'form') {
      form = { ...token.open, fields: [] };
      forms.push(form);
    } else if (token.open.name === 'input') {
      form?.fields.push(...toField(token.open, '', []));
    } else if (token.open.name === 'option') {
      const { attributes } = token.open;
      field?.options.push({ value: attributes.get('value'), text: '', isSelected: attributes.has('selected') });
    } else if (/^(?:button|select|textarea)$/.test(token.open.name)) {
      field = { tag: token.open, text: '', options: [] };
    }
  }
  return forms.flatMap((each) => toForm(each, url));
}

function toForm({ attributes, fields }: Tag & { fields: Field[] }, url: string): Form[] {
  const action = attributes.get('action') || url;
  if (!URL.canParse(action, url)) return [];
  const method = attributes.get('method')?.toLowerCase() === 'post' ? 'POST' : 'GET';
  return [{ method, action: new URL(action, url).href, fields }];
}

function finish({ tag, text, options }: OpenField, fields: Field[] | undefined): undefined {
  fields?.push(...toField(tag, text, options));
}

const defaultTypes = { input: 'text', button: 'submit', select: 'select', textarea: 'textarea' };

/** Drops a disabled field, which sends nothing. */
function toField({ name, attributes }: Tag, text: string, options: readonly Option[]): Field[] {
  if (attributes.has('disabled')) return [];
  const kind = name as Field['kind'];
  const inner = text.replace(/\s+/g, ' ').trim();
  return [
    {
      kind,
      type: (attributes.get('type') ?? defaultTypes[kind]).toLowerCase(),
      name: attributes.get('name') ?? '',
      value: kind === 'select' ? selectedOption(options) : kind === 'textarea' ? text : (attributes.get('value') ?? ''),
      isChecked: attributes.has('checked'),
      description: [attributes.get('id'), attributes.get('autocomplete'), attributes.get('aria-label'), inner]
        .filter((part) => part)
        .join(' '),
    },
  ];
}

function selectedOption(options: readonly Option[]): string {
  const selected = options.find(({ isSelected }) => isSelected) ?? options[0];
  return selected?.value ?? selected?.text.trim() ?? '';
}
