import { randomUUID } from 'node:crypto';
import type { TestStack } from '../support/stack.js';
import { StaffBrowser } from '../support/staff.js';
import type { Canaries } from '../support/canaries.js';
import { goodBodies } from './good-bodies.js';
import type { Who, World } from './requests.js';
import { Worlds } from './worlds.js';

/** Headers that say who asks. */
type Proof = Readonly<Record<string, string>>;

/** Where requests are made from: an authority and its gateway, and what it has there. */
export interface Seat {
  readonly gateway: string;
  /** Made anew, since requests use it up. */
  readonly world: () => Promise<World>;
  /** @param dice of the ways to forge one */
  readonly proof: (who: Who, method: string, dice: number) => Promise<Proof>;
}

/** Of a participant with an issuer of its own: who acts there for an authority. */
const STAFF: Readonly<Record<string, string>> = {
  'linkoping/omsorgsnamnden': 'test-hanna',
  'fk/forsakringskassan': 'test-frida',
};
/** At a third gateway. */
const SUBSCRIBER = 'polis/polismyndigheten';

const gatewayOf = (delge: TestStack, authority: string): string =>
  delge.directory.authorities.find(({ id }) => id === authority)?.gateway ?? '';
const strangerOf = (delge: TestStack, authority: string): string => {
  const gateway = gatewayOf(delge, authority);
  const other = delge.directory.authorities.find((one) => one.gateway === gateway && one.id !== authority);
  if (other === undefined) throw new Error(`nobody shares the gateway of ${authority}`);
  return other.id;
};
const staffOf = (delge: TestStack, authority: string): Promise<StaffBrowser> => {
  const [issuer = ''] = authority.split('/');
  return StaffBrowser.login(delge, issuer, STAFF[authority] ?? '', authority, gatewayOf(delge, authority));
};

/** What another site, or somebody without the session, could send. */
const forgedSessions = (staff: StaffBrowser, method: string): readonly Proof[] => [
  staff.headers({ cookie: staff.cookie.replace(/.{8}$/, 'AAAAAAAA') }),
  staff.headers({ cookie: `${staff.cookie}x` }),
  staff.headers({ authorization: 'Bearer x' }),
  // To read is no harm that another site could do: it does not see the answer.
  ...(['GET', 'HEAD'].includes(method)
    ? []
    : [
        staff.headers({ 'delge-csrf': undefined }),
        staff.headers({ 'delge-csrf': '' }),
        staff.headers({ 'delge-csrf': 'x'.repeat(43) }),
      ]),
  staff.headers({ 'delge-authority': SUBSCRIBER }),
];

const proofs =
  (delge: TestStack, owner: string, elsewhere: string, staff: () => StaffBrowser) =>
  async (who: Who, method: string, dice: number): Promise<Proof> => {
    if (who === 'nobody') return {};
    if (who === 'staff') return staff().headers();
    const good = await delge.sandbox.client(who === 'stranger' ? strangerOf(delge, owner) : owner).accessToken();
    if (who !== 'forged') return { authorization: `Bearer ${good}` };
    const tokens = [
      'Bearer',
      'Bearer x',
      `Basic ${Buffer.from('system:secret').toString('base64')}`,
      `Bearer ${good.slice(0, -6)}AAAAAA`,
      `Bearer ${good}.`,
      `Bearer ${good} ${good}`,
      `Bearer ${await delge.sandbox.client(elsewhere).accessToken()}`,
      `Bearer ${'x'.repeat(8_000)}`,
      `Bearer ' OR '1'='1`,
      `Bearer eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.${good.split('.')[1]}.`,
    ];
    const forged = [...tokens.map((authorization) => ({ authorization })), ...forgedSessions(staff(), method)];
    return forged[dice % forged.length] ?? {};
  };

/** The two ends of a referral. */
export const seats = (delge: TestStack, canaries: Canaries): readonly Seat[] => {
  const { system, recipient } = canaries.marked();
  const worlds = new Worlds(delge, canaries, SUBSCRIBER);
  const seat = (owner: string, other: string, made: () => Promise<World['ids']>): Seat => {
    let staff: StaffBrowser | undefined;
    const loggedIn = (): StaffBrowser => {
      if (staff === undefined) throw new Error(`nobody of ${owner} has logged in`);
      return staff;
    };
    return {
      gateway: delge.sandbox.system(owner).gateway,
      proof: proofs(delge, owner, other, loggedIn),
      world: async () => {
        staff = await staffOf(delge, owner);
        const ids = await made();
        const { items } = await delge.sandbox.client(owner).events({ limit: '1' });
        return { ids, ...goodBodies(canaries, { other, event: items[0]?.id ?? randomUUID(), ids }) };
      },
    };
  };
  return [seat(system, recipient, () => worlds.ofSender()), seat(recipient, system, () => worlds.ofRecipient())];
};

/** Ends the webhooks of the run: nothing more is sent. */
export const leave = async (delge: TestStack, canaries: Canaries): Promise<void> => {
  const { webhooks } = delge.sandbox.client(canaries.marked().system);
  for (const { id } of await webhooks.list()) await webhooks.remove(id);
};
