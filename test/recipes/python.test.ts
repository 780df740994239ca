import { testRecipes } from './recipe.ts';

const install = 'python3 -m venv .venv && .venv/bin/pip install --quiet --requirement requirements.txt';

await testRecipes('Python', [
  { name: 'authlib', install, start: '.venv/bin/flask run --port $PORT' },
]);
