import type { AddresseeView, ListAuthoritiesQueryDto, Page } from '#contracts';
import type { AuthorityRecord, Snapshot } from '#snapshot';
import { GatewayError } from '../domain/errors.js';
import type { Law } from './law.js';
import type { Now } from './ports/time-and-ids.js';

/** The directory, as this gateway has verified the `keys` log: to whom a referral can be addressed. */
export class ListAuthorities {
  constructor(
    private readonly law: Pick<Law, 'newest'>,
    private readonly now: Now,
  ) {}

  /** In the order of their ids. @throws {GatewayError} SNAPSHOT_MISSING */
  list({ q = '', participant, after, limit }: ListAuthoritiesQueryDto): Page<AddresseeView> {
    const snapshot = this.law.newest()?.on(this.now());
    if (snapshot === undefined) throw new GatewayError('SNAPSHOT_MISSING');
    const words = q.toLocaleLowerCase('sv').split(/\s+/).filter(Boolean);
    const items = snapshot
      .authorities()
      .filter(({ id }) => after === undefined || id > after)
      .filter((one) => participant === undefined || one.participant === participant)
      .map((one) => viewOf(one, snapshot))
      .filter((view) => words.every((word) => textOf(view).includes(word)))
      .sort((a, b) => (a.authority < b.authority ? -1 : 1))
      .slice(0, limit);
    const next = items.at(-1)?.authority ?? after;
    return { items, ...(next === undefined ? {} : { next }) };
  }
}

const viewOf = (record: AuthorityRecord, snapshot: Snapshot): AddresseeView => {
  const { id, nameSv, nameEn, kind, municipalityCode, participant: slug, functions } = record;
  const participant = snapshot.participant(slug);
  if (participant === undefined) throw new Error('an authority without its participant');
  return {
    authority: id,
    nameSv,
    nameEn,
    kind,
    ...(municipalityCode === undefined ? {} : { municipalityCode }),
    participant,
    functions,
    receives: snapshot.liveKeys(id, 'sealing').length > 0,
  };
};

/** Everything that one may look for, in lower case. */
const textOf = ({ authority, nameSv, nameEn, municipalityCode = '', participant, functions }: AddresseeView): string =>
  [
    authority,
    nameSv,
    nameEn,
    municipalityCode,
    participant.organisationNumber,
    participant.nameSv,
    participant.nameEn,
    ...functions.flatMap((one) => [one.id, one.nameSv, one.nameEn]),
  ]
    .join('\n')
    .toLocaleLowerCase('sv');
