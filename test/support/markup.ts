const ours = [
  /<script src="\/passkey\.js\?v=[\w-]{16}" integrity="sha256-[\w+/=]{44}" defer><\/script>/g,
  /<script>document\.forms\[0\]\.submit\(\)<\/script>/g,
];

/** A page without the scripts that it is meant to have; any other is somebody else's. */
export const withoutOwnScripts = (body: string): string =>
  ours.reduce((left, script) => left.replace(script, ''), body);
