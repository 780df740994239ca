import { endpoints } from '../../shared/oauth/endpoints.ts';
import type { ConsolePlace } from '../../shared/pages/console/console-page.ts';
import { showAddClient, takeAddClient } from './pages/add-client.ts';
import { showAdoption } from './pages/adoption.ts';
import { showAudit } from './pages/audit.ts';
import { showChange, showChanges, takeRollBack } from './pages/changes.ts';
import {
  disableForm,
  editForm,
  enableForm,
  endRotationForm,
  endWaiverForm,
  removeForm,
  secretForm,
  waiverForm,
} from './pages/client-forms.ts';
import { showClient, showClients } from './pages/clients.ts';
import { showConnect } from './pages/connect.ts';
import { showOverview } from './pages/overview.ts';
import { showPeople, showPerson } from './pages/people.ts';
import {
  disablePerson,
  enablePerson,
  endApp,
  endOneOfSessions,
  endSessions,
  linkForPerson,
} from './pages/person-forms.ts';
import { showPolicy, takePolicy } from './pages/policy.ts';
import { showRefusals } from './pages/refusals.ts';
import { showWaivers } from './pages/waivers.ts';
import { tellDecision, tellRules } from './playground/explain.ts';
import { relayRequest } from './playground/relay-request.ts';
import { showPlayground } from './playground/show-playground.ts';
import type { ShowPage, TakeForm } from './visit.ts';

/** A page of the console: its path, with a group for what it names, and what it shows and takes. `of`: whose way leads to it. */
export type Place = { path: RegExp; of: ConsolePlace; show: ShowPage; take?: TakeForm };

/** `{name}` is one segment of a path; see path-segment.ts. */
const at = (path: string, of: ConsolePlace, show: ShowPage, take?: TakeForm): Place => ({
  path: new RegExp(`^${endpoints.console}${path.replace('{name}', '([^/]+)')}$`),
  of,
  show,
  ...(take && { take }),
});

const clientForms = {
  edit: editForm,
  waiver: waiverForm,
  'end-waiver': endWaiverForm,
  secret: secretForm,
  'end-old-secret': endRotationForm,
  disable: disableForm,
  enable: enableForm,
  remove: removeForm,
};

const personForms = {
  disable: disablePerson,
  enable: enablePerson,
  'end-sessions': endSessions,
  'end-session': endOneOfSessions,
  'end-app': endApp,
  link: linkForPerson,
};

export const places: readonly Place[] = [
  at('', 'overview', showOverview),
  at('/adoption', 'adoption', showAdoption),
  at('/policy', 'policy', showPolicy, takePolicy),
  at('/clients', 'clients', showClients),
  at('/add-client', 'clients', showAddClient, takeAddClient),
  at('/clients/{name}', 'clients', showClient),
  at('/clients/{name}/connect', 'clients', showConnect),
  ...Object.entries(clientForms).map(([act, { show, take }]) => at(`/clients/{name}/${act}`, 'clients', show, take)),
  at('/waivers', 'waivers', showWaivers),
  at('/refusals', 'refusals', showRefusals),
  at('/audit', 'audit', showAudit),
  at('/playground', 'playground', showPlayground),
  at('/playground/answer', 'playground', relayRequest),
  at('/playground/decision', 'playground', tellDecision),
  at('/playground/explanation', 'playground', tellRules),
  at('/people', 'people', showPeople),
  at('/people/{name}', 'people', showPerson),
  ...Object.entries(personForms).map(([act, { show, take }]) => at(`/people/{name}/${act}`, 'people', show, take)),
  at('/changes', 'changes', showChanges),
  at('/changes/{name}', 'changes', showChange, takeRollBack),
];
