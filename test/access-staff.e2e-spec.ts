import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ALL_SCOPES } from '#contracts';
import { randomUUID } from 'node:crypto';
import { putStaff } from '../tools/sandbox/staff.js';
import type { Answer } from './support/http.js';
import { bodies, guarded, nameOf } from './support/routes.js';
import type { Route } from './support/routes.js';
import { StaffBrowser } from './support/staff.js';
import { TestStack } from './support/stack.js';
import { Things, askAt } from './support/things.js';

jest.setTimeout(60_000);

/** Two participants of one gateway, each with a person of its own issuer. */
const OWN = 'linkoping/socialnamnden';
const OTHER = 'sodertalje/omsorgsnamnden';
const rows = guarded.map((route): [string, Route] => [nameOf(route), route]);
const ofStaff = rows.filter(([, { staff }]) => staff);
const ofSystems = rows.filter(([, { staff }]) => !staff);

let delge: TestStack;
/** Of authorities of the same gateway, none of them `own`'s. */
let things: Things;
/** Of an authority, with all scopes. */
let own: StaffBrowser;
/** Of another participant. */
let other: StaffBrowser;
/** Registered for nothing. */
let nobody: StaffBrowser;
/** Entry of `own`, to change what it may do. */
let member: Readonly<Record<string, unknown>> & { readonly staff: string; readonly authority: string };
let stated = Date.now() - 50_000;

const register = async (scopes: readonly string[], ended = false): Promise<void> => {
  stated += 1;
  const { status, text } = await putStaff(delge.sandbox.dir, own.gateway, {
    ...member,
    scopes,
    ended,
    at: new Date(stated).toISOString(),
  });
  if (status !== 201) throw new Error(`${status} ${text}`);
};

beforeAll(async () => {
  delge = await TestStack.shared();
  things = new Things(delge);
  own = await StaffBrowser.login(delge, 'linkoping', 'test-lena', OWN);
  other = await StaffBrowser.login(delge, 'sodertalje', 'test-sara');
  nobody = await StaffBrowser.login(delge, 'linkoping', 'test-ada');
  member = {
    v: 1,
    env: 'sandbox',
    staff: randomUUID(),
    authority: OWN,
    issuer: `${delge.stack.url('identity')}/linkoping`,
    subject: 'test-lena@2120000449',
    officer: `LKP-SN-${randomUUID()}`,
    office: 'handlaggare',
    mandate: 'delegation',
  };
  await register(ALL_SCOPES);
});

/** Without what the table says. */
const bodyOf = (route: Route): object | undefined => {
  const { officer: _o, office: _f, mandate: _m, ...body } = { ...bodies[nameOf(route)] } as Record<string, unknown>;
  if (route.method === 'GET' || route.method === 'DELETE') return undefined;
  return nameOf(route) in bodies && bodies[nameOf(route)] === undefined ? undefined : body;
};
const ask = (
  browser: StaffBrowser,
  route: Route,
  id: string = randomUUID(),
  change: Readonly<Record<string, string | undefined>> = {},
): Promise<Answer> =>
  browser.ask(
    route.method,
    route.path.replace('{id}', id).replace('{attachmentId}', randomUUID()),
    bodyOf(route),
    change,
  );
const shown = ({ status, slug }: Answer): string => `${status} ${slug}`;

it('has routes for staff, and routes for systems alone', () => {
  expect(ofStaff.length).toBeGreaterThan(10);
  expect(ofSystems.length).toBeGreaterThan(40);
});

describe('a member of staff at a route for systems alone', () => {
  it.each(ofSystems)('is answered as anybody without a token at %s', async (_, route) => {
    const anybody = await ask(StaffBrowser.nobody(delge), route);
    expect(shown(anybody)).toBe('401 unauthenticated');
    const answer = await ask(own, route);
    expect([shown(answer), answer.text]).toEqual(['401 unauthenticated', anybody.text]);
  });
});

describe('at a route for staff', () => {
  it.each(ofStaff)('%s lets in by its scopes alone', async (_, route) => {
    for (const needed of route.scopes) {
      await register(ALL_SCOPES.filter((scope) => scope !== needed));
      expect(shown(await ask(own, route))).toBe('403 insufficient-scope');
    }
    await register(route.scopes);
    expect([401, 403]).not.toContain((await ask(own, route)).status);
    await register(ALL_SCOPES);
  });

  it.each(ofStaff)('%s lets in nobody who has not logged in, acts for nobody, or has ended', async (_, route) => {
    const anybody = await ask(StaffBrowser.nobody(delge), route);
    const forged = await ask(own, route, randomUUID(), { cookie: own.cookie.replace(/.{8}$/, 'AAAAAAAA') });
    const stranger = await ask(nobody, route);
    await register(ALL_SCOPES, true);
    const ended = await ask(own, route);
    await register(ALL_SCOPES);
    for (const answer of [anybody, forged, stranger, ended]) {
      expect(shown(answer)).toBe('401 unauthenticated');
      expect(answer.text).toBe(anybody.text);
    }
  });

  it.each(ofStaff)('%s is not for an authority that the person does not act for', async (_, route) => {
    const nowhere = await ask(own, route, randomUUID(), { 'delge-authority': 'linkoping/nowhere' });
    expect(shown(nowhere)).toBe('404 not-found');
    for (const authority of [OTHER, 'sodertalje/socialnamnden', 'linkoping/omsorgsnamnden', 'fk/forsakringskassan']) {
      const answer = await ask(own, route, randomUUID(), { 'delge-authority': authority });
      expect(answer.text).toBe(nowhere.text);
    }
  });

  it.each(ofStaff.filter(([, { method }]) => method !== 'GET'))(
    '%s takes nothing that another site made the browser send',
    async (_, route) => {
      const foreign = (await other.who()).session?.csrf;
      for (const csrf of [undefined, foreign])
        expect(shown(await ask(own, route, randomUUID(), { 'delge-csrf': csrf }))).toBe('403 csrf');
    },
  );

  it.each(ofStaff.filter(([, { path }]) => path.includes('{id}')))(
    '%s shows nothing of another authority',
    async (_, route) => {
      const thing = await things.at(route);
      const foreign = await ask(own, route, thing.id);
      const nothing = await ask(own, route);
      expect([shown(foreign), foreign.text]).toEqual(['404 not-found', nothing.text]);
      // Last, since it may take it away.
      expect((await askAt(delge, thing.owner, route, thing)).status).not.toBe(404);
    },
  );
});
