import { testRecipes } from './recipe.ts';

const install = 'python3 -m venv .venv && .venv/bin/pip install --quiet --requirement requirements.txt';
const flask = '.venv/bin/flask run --port $PORT';
const django = '.venv/bin/python -m django migrate && .venv/bin/python -m django runserver --noreload $PORT';
const settings = { DJANGO_SETTINGS_MODULE: 'settings' };

await testRecipes('Python', [
  { name: 'authlib', install, start: flask },
  { name: 'fastapi', install, start: '.venv/bin/uvicorn app:app --port $PORT', refresh: '/profile' },
  { name: 'requests-oauthlib', install, start: flask, refresh: '/profile', env: { OAUTHLIB_INSECURE_TRANSPORT: '1' } },
  { name: 'mozilla-django-oidc', install, start: django, signIn: '/oidc/authenticate/', env: settings },
  { name: 'social-auth-app-django', install, start: django, signIn: '/', env: settings },
]);
