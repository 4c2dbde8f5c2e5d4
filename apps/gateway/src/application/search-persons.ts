import type { PersonSearchDto, PersonSearchView } from '#contracts';
import { organisationNumberOf, personalIdentityNumberOf } from '#legal-basis';
import { GatewayError } from '../domain/errors.js';
import { maySearch, showsInformant } from '../domain/person-search.js';
import type { KeyStore } from '../keys/key-store.js';
import type { AccessLog } from './ports/access-log.js';
import type { PersonIndex } from './ports/person-index.js';
import type { NewId } from './ports/time-and-ids.js';
import type { Asking } from './read-events.js';

/** Searches what an authority sent and received for a number, at its own gateway and nowhere else (design.md section 9). */
export class SearchPersons {
  constructor(
    private readonly index: PersonIndex,
    private readonly accessLog: Pick<AccessLog, 'noteSearch'>,
    private readonly keys: Pick<KeyStore, 'personToken'>,
    private readonly newId: NewId,
  ) {}

  /**
   * In the access log before anything is looked for (brottsdataförordningen 3:4; lag 2001:454 10 §), by the token of the number; without its row there is no answer.
   * @throws {GatewayError} PERSON_SEARCH_INVALID, never with the number
   */
  async execute({ authority, system }: Asking, asked: PersonSearchDto): Promise<PersonSearchView> {
    const { purpose, office, officer, reference, after, limit } = asked;
    const { kind, number } = soughtBy(asked);
    if (!maySearch(office)) throw invalid('office', 'unknown-code');
    const token = this.keys.personToken(authority, kind, number);
    const id = this.newId();
    await this.accessLog.noteSearch({ authority, system, id, token, purpose, office, officer, reference });
    // Before what it speaks of: what is looked through meanwhile may be missing below.
    const complete = await this.index.isComplete(authority);
    const page = { limit, withInformant: showsInformant(purpose), ...(after === undefined ? {} : { after }) };
    const found = await this.index.find(authority, token, page);
    const next = found.at(-1)?.cursor ?? after;
    return {
      searchId: id,
      items: found.map(({ cursor: _, ...item }) => item),
      complete,
      ...(next === undefined ? {} : { next }),
    };
  }
}

const invalid = (path: string, code: string): GatewayError =>
  new GatewayError('PERSON_SEARCH_INVALID', { faults: [{ path, code }] });

const soughtBy = ({
  personalIdentityNumber,
  organisationNumber,
}: PersonSearchDto): { readonly kind: 'person' | 'organisation'; readonly number: string } => {
  if ((personalIdentityNumber === undefined) === (organisationNumber === undefined))
    throw invalid('personalIdentityNumber', 'person-or-organisation');
  const person = personalIdentityNumberOf(personalIdentityNumber ?? '');
  if (person !== undefined) return { kind: 'person', number: person };
  const organisation = organisationNumberOf(organisationNumber ?? '');
  if (organisation !== undefined) return { kind: 'organisation', number: organisation };
  throw invalid(
    personalIdentityNumber === undefined ? 'organisationNumber' : 'personalIdentityNumber',
    'invalid-number',
  );
};
