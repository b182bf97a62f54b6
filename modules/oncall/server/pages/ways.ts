import { Refusal } from '../../../../kernel/problem.ts';
import { secondsOf } from '../../../../kernel/time-span.ts';
import { policySpec, type PolicySpec } from '../../contract/policies.ts';
import type { PagesGround } from './pages-ground.ts';
import { noSuchPolicy } from './policies.ts';
import { policyByName, policyOfTeam } from './policy-store.ts';
import type { Handle } from './tables.ts';

/** Whom a page is for, as asked: exactly one of the three. */
export interface AskedWay {
  readonly policy?: string | undefined;
  readonly team?: string | undefined;
  readonly person?: string | undefined;
}

/** The way a page takes, with the policy as it is now. */
export interface Way {
  readonly route: string;
  readonly policy: string | null;
  readonly team: string | null;
  readonly person: string | null;
  readonly plan: PolicySpec;
  readonly firstAfterSeconds: number;
}

/** Where no policy says otherwise, somebody is told again after so long, and the admins after so long more. */
const againAfter = 'PT5M';

/**
 * The way of a page. A team's policy is one that belongs to it, else the one of its name, else everybody of it: always somebody.
 * Refuses where nobody is named, or what is named does not exist.
 */
export const wayOf = async (ground: PagesGround, db: Handle, asked: AskedWay): Promise<Way> => {
  const named = [asked.policy, asked.team, asked.person].filter((each) => each !== undefined);
  if (named.length !== 1)
    throw new Refusal({
      status: 400,
      code: 'oncall.nobody-to-page',
      title: named.length === 0 ? 'Nobody is named to be paged' : 'Only one of policy, team and person can be paged',
      detail: 'Give exactly one of `policy`, `team` and `person`.',
      errors: [{ path: 'body.policy', message: 'exactly one of policy, team and person' }],
    });
  if (asked.policy !== undefined) return byPolicy(db, asked.policy);
  if (asked.team !== undefined) return byTeam(ground, db, asked.team);
  return byPerson(ground, asked.person!);
};

const byPolicy = async (db: Handle, name: string): Promise<Way> => {
  const found = await policyByName(db, name);
  if (!found) throw unknown('policy', noSuchPolicy(name).problem.code, `There is no escalation policy ${name}.`);
  return withPlan({ route: `policy:${name}`, policy: name, team: found.team, person: null, plan: found.spec });
};

const byTeam = async (ground: PagesGround, db: Handle, team: string): Promise<Way> => {
  const found = await policyOfTeam(db, team);
  // The same policy by whichever name: one key is one page.
  if (found)
    return withPlan({ route: `policy:${found.name}`, policy: found.name, team, person: null, plan: found.spec });
  if (!(await ground.doors.identity.teamExists(team)))
    throw unknown('team', 'oncall.unknown-team', `There is no team ${team}.`);
  const notify = [{ team }];
  const plan = policySpec.parse({ team, steps: [{ notify }, { after: againAfter, notify }] });
  return withPlan({ route: `team:${team}`, policy: null, team, person: null, plan });
};

const byPerson = async (ground: PagesGround, name: string): Promise<Way> => {
  const person = await ground.doors.identity.personByName(name);
  if (!person || person.state === 'disabled')
    throw unknown('person', 'oncall.unknown-person', `There is nobody called ${name}, or they are disabled.`);
  const notify = [{ person: person.name }];
  const plan = policySpec.parse({ steps: [{ notify }, { after: againAfter, notify }] });
  return withPlan({ route: `person:${person.name}`, policy: null, team: null, person: person.name, plan });
};

const withPlan = (way: Omit<Way, 'firstAfterSeconds'>): Way => ({
  ...way,
  firstAfterSeconds: secondsOf(way.plan.steps[0]!.after) ?? 0,
});

const unknown = (field: string, code: string, detail: string): Refusal =>
  new Refusal({
    status: 422,
    code,
    title: 'Nobody can be paged by this',
    detail,
    errors: [{ path: `body.${field}`, message: detail }],
  });
