import { submitScript } from '../../shared/pages/form-post-page.ts';
import { formScript } from '../../shared/pages/inline-script.ts';

const ours: (string | RegExp)[] = [
  /<script src="\/passkey\.js\?v=[\w-]{16}" integrity="sha256-[\w+/=]{44}" defer><\/script>/g,
  ...[formScript, submitScript].map(({ text }) => `<script>${text}</script>`),
];

/** A page without the scripts that it is meant to have; any other is somebody else's. */
export const withoutOwnScripts = (body: string): string =>
  ours.reduce<string>((left, script) => left.replace(script, ''), body);
