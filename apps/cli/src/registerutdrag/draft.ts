import type { DeliveryView, FoundMessage, RecordedDisclosureView, ReferralView, VerdictView } from '#contracts';
import { parseManifest, parseRecordedDisclosure } from '#envelope';
import { dataCategories, messageTypes } from '#legal-basis';
import type { ClaimItem, Claims, Explanation } from '#legal-basis';
import { HELD, KNOWN_WORDS } from './words.js';
import type { Held } from './words.js';

/** What a message has about somebody, by its claims: what kind it is, and never what it says. */
export interface DraftItem {
  readonly item: string;
  readonly category: string;
  /** How whoever sent it knew it. */
  readonly source: string;
  /** Provisions of OSL that may protect it. */
  readonly secrecy: readonly string[];
  /** Why it is held back until an officer has decided. */
  readonly held: readonly Held[];
  /** An officer's: nothing here is assessed by a machine. */
  readonly assessment: 'prövas';
}
export interface DraftMessage {
  readonly messageId: string;
  readonly direction: FoundMessage['direction'];
  readonly type: string;
  readonly title: string;
  readonly at: string;
  readonly from: string;
  readonly to: string;
  readonly purpose?: string;
  /** Legal bases that carried it, in words, with their dates. */
  readonly bases: readonly string[];
  /** How it stands in the message: `subject`, `other-person`, `informant`. */
  readonly roles: readonly string[];
  /** None of a draft that has no claims yet. */
  readonly items: readonly DraftItem[];
  readonly assessment: 'prövas';
}

/** What was read of a message: the claims of what was sent, received or recorded, and the verdict on it. */
export interface Read {
  readonly authority: string;
  readonly claims?: Claims;
  readonly verdict: VerdictView;
}
export const readOfReferral = (authority: string, messageId: string, referral: ReferralView): Read | undefined => {
  const message = referral.recipients.find((one) => one.messageId === messageId);
  if (message === undefined) return undefined;
  const { manifest, verdict } = message;
  return { authority, verdict, ...(manifest === undefined ? {} : { claims: claimsOf(manifest) }) };
};
export const readOfDelivery = (authority: string, { evidence, verdict }: DeliveryView): Read => ({
  authority,
  verdict,
  claims: claimsOf(evidence.manifest),
});
export const readOfRecord = (authority: string, { statement, verdict }: RecordedDisclosureView): Read => ({
  authority,
  verdict,
  claims: parseRecordedDisclosure(statement).recorded.claims as Claims,
});
const claimsOf = (manifest: string): Claims => parseManifest(manifest).manifest.claims as Claims;

/** One section of the draft. */
export const draftOf = (found: FoundMessage, { authority, claims, verdict }: Read): DraftMessage => {
  const { messageId, direction, type, at, authority: other, roles } = found;
  const own = new Set(roles.map(({ item }) => item));
  const abouts = new Set(roles.map(({ about }) => about));
  return {
    messageId,
    direction,
    type,
    title: messageTypes.find(({ id }) => id === type)?.titleSv ?? type,
    at,
    from: direction === 'received' ? other : authority,
    to: direction === 'received' ? authority : other,
    ...(claims === undefined ? {} : { purpose: claims.purpose }),
    bases: basesOf(verdict),
    roles: [...abouts],
    items: (claims?.items ?? []).map((item) => draftItem(item, own, abouts)),
    assessment: 'prövas',
  };
};

const IDENTITIES = ['person-identity', 'informant-identity'];
const draftItem = (item: ClaimItem, own: ReadonlySet<string>, abouts: ReadonlySet<string>): DraftItem => ({
  item: item.id,
  category: dataCategories.get(item.dataCategory)?.nameSv ?? item.dataCategory,
  source: KNOWN_WORDS[item.known] ?? item.known,
  secrecy: item.secrecy.map(provisionOf),
  held: heldOf(item, own, abouts),
  assessment: 'prövas',
});

/** Every reason, and not the first: whoever assesses has all of them to go through. */
const heldOf = (
  { id, dataCategory, about, known, secrecy }: ClaimItem,
  own: ReadonlySet<string>,
  abouts: ReadonlySet<string>,
): readonly Held[] => {
  const isOwn = own.has(id);
  const isInformants = about === 'informant' || dataCategory === 'informant-identity' || known === 'told';
  // Of several children, say, each has an identity of its own.
  const isAnothers = !isOwn && (IDENTITIES.includes(dataCategory) || !abouts.has(about));
  const reasons: Readonly<Record<Held, boolean>> = {
    secrecy: secrecy.length > 0,
    informant: isInformants && !isOwn,
    'another-person': isAnothers && about !== 'nobody' && about !== 'company',
    'not-about-the-person': isAnothers && (about === 'nobody' || about === 'company'),
    words: id.includes('~') || dataCategory === 'undeclared-free-text',
  };
  return (Object.keys(HELD) as Held[]).filter((held) => reasons[held]);
};

/** Those of the verdict's citations that carried it. */
const basesOf = ({ codes, sv }: VerdictView): readonly string[] => {
  const { bases = [] } = codes as { readonly bases?: readonly string[] };
  const { citations = [] } = sv as Partial<Explanation>;
  return bases.map((version) => citations.find((one) => one.version === version)?.text ?? version);
};

const PARAGRAPHS: Readonly<Record<string, string>> = { st1: 'första', st2: 'andra', st3: 'tredje', st4: 'fjärde' };
/** `26:1` as lawyers write it. */
const provisionOf = (code: string): string => {
  const [, chapter, section, letter = '', paragraph] = /^(\d+):(\d+)([a-z]?)(?:-(st\d))?$/.exec(code) ?? [];
  if (chapter === undefined) return `OSL ${code}`;
  const where = `OSL ${chapter} kap. ${section}${letter === '' ? '' : ` ${letter}`} §`;
  return paragraph === undefined ? where : `${where} ${PARAGRAPHS[paragraph] ?? paragraph} stycket`;
};
