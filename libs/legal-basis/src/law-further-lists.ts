import { PURPOSES } from './codes.js';
import { CRIME, EVERY, fighting, KOMMUN, type Parties, payment, SKV } from './law-lists.js';

/** Parties and purposes of the bases of law-further-versions.ts, transcribed from law.md 1.3, 1.4 and 2.3. */
const STATE = EVERY.filter((id) => !KOMMUN.includes(id) && !['region/halsa', 'kassan/akassa'].includes(id));
const SOC = ['kommun/socialnamnden'];
/** Whose secrecy is that of OSL 26:1 in a municipality. */
const SOCIAL = [...SOC, 'kommun/lss-namnden'];
const PERMITS = ['kommun/tillstandsnamnden', 'kommun/miljonamnden'];
const SCHOOLS = ['kommun/utbildningsnamnden', 'friskolan/skola'];
const HEALTH = ['kommun/hemsjukvard', 'region/halsa'];
const PROSECUTION = ['am/aklagare', 'polis/noa'];
const TAX = ['skv/beskattning'];
const COURT = ['ratten/domstol'];
const AUTHORITIES = [...STATE, ...KOMMUN, 'region/halsa'];
const CONTROLS = [
  ...['af/af', 'av/av', 'ebm/ebm', 'ebm/ekonomi', 'fk/kontroll', 'jamy/jamy', 'mig/mig', 'polis/noa', 'am/aklagare'],
  ...SKV,
];
/** lag (2025:170) 5 §: 21 senders. */
const LBM_5 = [
  ...['af/af', 'av/av', 'bv/bv', 'csn/csn', 'fi/fi', 'ftn/ftn', 'fk/kontroll', 'ivo/ivo', 'kv/kv', 'kfm/kfm', 'lm/lm'],
  ...['lst-e/lst', 'mig/mig', 'nv/nv', 'pens/pension', ...SKV, 'si/si', 'tvv/tvv', 'ts/ts', 'um/um', 'uml/uml'],
];
const anyToAny = { send: EVERY, receive: EVERY };

export const furtherParties: { readonly [basis: string]: Parties } = {
  'OSL-12-2': anyToAny,
  'OSL-10-2': anyToAny,
  'OSL-10-2a': { send: EVERY, receive: ['driften/bearbetare'] },
  'OSL-10-16': anyToAny,
  'OSL-10-17': anyToAny,
  'OSL-10-18': anyToAny,
  'OSL-10-18a': { send: [...SOCIAL, 'sis/sis'], receive: ['polis/noa', 'sapo/sapo', 'tv/tull'] },
  'OSL-10-18b': { send: EVERY, receive: ['polis/noa', 'sapo/sapo'] },
  'OSL-10-18c': { send: EVERY, receive: ['polis/noa'] },
  'OSL-10-19': { send: [...SOCIAL, ...HEALTH], receive: CRIME },
  'OSL-10-20': { send: [...SOCIAL, 'sis/sis'], receive: ['polis/noa'] },
  'OSL-10-21': { send: EVERY, receive: PROSECUTION },
  'OSL-10-22': { send: [...SOCIAL, 'sis/sis'], receive: PROSECUTION },
  'OSL-26-9': { send: SOCIAL, receive: [...SOCIAL, ...HEALTH] },
  'OSL-26-9a': { send: SOCIAL, receive: EVERY },
  'OSL-26-9c': { send: SOCIAL, receive: SOCIAL },
  'OSL-26-9e': { send: ['sis/sis'], receive: ['polis/noa', 'sapo/sapo', 'tv/tull'] },
  'OSL-35-10c': { send: ['polis/noa'], receive: SOC },
  'OSL-35-10e': { send: EVERY, receive: ['bra/bra'] },
  'OSL-6-5': anyToAny,
  'LUV-2024-307-4': { send: CONTROLS, receive: CONTROLS },
  'LBM-2025-170-4': {
    send: [...AUTHORITIES.filter((id) => id !== 'fra/fra'), 'utforare/assistans', 'friskolan/skola'],
    receive: CRIME,
  },
  'LBM-2025-170-5': { send: LBM_5, receive: CRIME },
  'SOL-15-7': { send: SOC, receive: [...COURT, ...PROSECUTION, 'sapo/sapo', 'kfm/kfm', ...SKV, 'tv/tull'] },
  'SOL-15-10': { send: ['csn/csn', 'fk/kontroll', 'pens/pension', 'kassan/akassa'], receive: SOC },
  'SOL-15-11': { send: ['af/af'], receive: SOC },
  'SOL-15-12': { send: TAX, receive: SOC },
  'SOL-19-1': { send: [...AUTHORITIES, 'friskolan/skola'], receive: SOC },
  'SOL-27-7': { send: KOMMUN, receive: ['ivo/ivo'] },
  'LSS-15-8': { send: KOMMUN, receive: ['fk/kontroll'] },
  'LSS-15-9': { send: KOMMUN, receive: ['fk/kontroll'] },
  'LSS-15-11': { send: KOMMUN, receive: ['ivo/ivo'] },
  'SFB-110-31': { send: AUTHORITIES, receive: ['fk/kontroll', 'pens/pension', ...TAX, ...COURT] },
  'SFB-110-31b': { send: ['utforare/assistans'], receive: ['fk/kontroll'] },
  'SFB-110-34a': { send: TAX, receive: ['fk/kontroll'] },
  'BBL-6': {
    send: ['fk/kontroll', 'pens/pension', 'csn/csn', 'mig/mig', 'af/af', ...KOMMUN, 'kassan/akassa'],
    receive: ['polis/noa'],
  },
  'FOL-32c': { send: AUTHORITIES.filter((id) => id !== 'skv/brott'), receive: TAX },
  'UTLL-17-1': { send: SOC, receive: ['polis/noa', 'sapo/sapo', 'mig/mig', ...COURT] },
  'ALK-9-8': {
    send: [...PERMITS, 'polis/noa', 'kfm/kfm', ...SKV],
    receive: [...PERMITS, 'lst-e/lst', ...SKV, 'tv/tull'],
  },
  'ALK-8-11': { send: ['polis/noa'], receive: PERMITS },
  // Folkhälsomyndigheten is no agency of the catalogue (law.md 2.2)
  'TOB-7-20': { send: [...PERMITS, 'polis/noa'], receive: [...PERMITS, 'polis/noa', 'lst-e/lst'] },
  'MB-26-2': { send: ['kommun/miljonamnden'], receive: PROSECUTION },
  'SKOL-6a-10': { send: SCHOOLS, receive: ['polis/noa'] },
  'LUST-2025-1268': { send: [...STATE, 'region/halsa'], receive: STATE },
  'SUBV-2025-1267-13': { send: [...STATE, 'region/halsa'], receive: ['am/aklagare'] },
  'UM-2023-456': { send: [...STATE.filter((id) => id !== 'um/um'), 'kassan/akassa'], receive: ['um/um'] },
  'UM-2023-455-3': {
    send: ['um/um'],
    receive: ['mig/mig', 'fk/kontroll', 'pens/pension', 'csn/csn', 'af/af', ...KOMMUN, 'kassan/akassa'],
  },
};

/** Parties of a version before today's, on its last day. */
export const earlierParties: readonly (readonly [basis: string, on: string, Parties])[] = [
  ['OSL-10-18a', '2025-03-31', { send: [...SOCIAL, 'sis/sis'], receive: ['polis/noa', 'sapo/sapo'] }],
  ['OSL-10-21', '2025-11-30', { send: EVERY, receive: PROSECUTION }],
  ['SOL-15-12', '2025-11-30', { send: TAX, receive: SOC }],
  ['SOL-19-1', '2026-01-14', { send: AUTHORITIES, receive: SOC }],
  ['LSS-15-11', '2025-12-31', { send: KOMMUN, receive: ['ivo/ivo'] }],
  [
    'SFB-110-31',
    '2025-11-30',
    { send: [...AUTHORITIES, 'utforare/assistans'], receive: ['fk/kontroll', 'pens/pension', ...TAX, ...COURT] },
  ],
];

type To = { readonly [sender: string]: readonly string[] };
const each = (senders: readonly string[], to: readonly string[]): To =>
  Object.fromEntries(senders.map((sender) => [sender, to.filter((id) => id !== sender)]));
const SUPERVISORS = [...PERMITS, 'lst-e/lst'];
const NAMED_UM = [
  ...['af/af', 'csn/csn', 'fk/kontroll', 'pens/pension', 'bv/bv', 'ivo/ivo', 'mig/mig', ...TAX, 'kassan/akassa'],
];
/** Where the text names who gives what to whom: by initiative, sender and recipients. */
export const pairs: readonly (readonly [basis: string, initiative: 'own' | 'request', To])[] = [
  ['ALK-9-8', 'own', { ...each(['polis/noa'], SUPERVISORS), ...each(['kfm/kfm'], PERMITS) }],
  [
    'ALK-9-8',
    'request',
    {
      ...each(PERMITS, [...SUPERVISORS, ...SKV, 'tv/tull']),
      ...each(['polis/noa', ...SKV], SUPERVISORS),
      ...each(['kfm/kfm'], PERMITS),
    },
  ],
  ['TOB-7-20', 'own', { ...each(PERMITS, ['polis/noa', 'lst-e/lst']), ...each(['polis/noa'], PERMITS) }],
  ['TOB-7-20', 'request', {}],
  ['UM-2023-456', 'own', each(NAMED_UM, ['um/um'])],
  // 9 §
  ['UM-2023-456', 'request', each([...STATE.filter((id) => id !== 'um/um'), 'kassan/akassa'], ['um/um'])],
];

const supervision = ['supervision', 'permit-supervision'];
export const furtherPurposes: { readonly [basis: string]: readonly string[] } = {
  'OSL-12-2': PURPOSES,
  'OSL-10-2': PURPOSES,
  'OSL-10-2a': ['technical-processing'],
  'OSL-10-16': ['review-of-decision'],
  'OSL-10-17': ['supervision'],
  'OSL-10-18': ['investigate-crime', 'supervision'],
  'OSL-10-18a': ['prevent-crime'],
  'OSL-10-18b': ['prevent-crime'],
  'OSL-10-18c': ['prevent-crime'],
  'OSL-10-19': ['prevent-crime'],
  'OSL-10-20': ['child-protection', 'prevent-crime'],
  'OSL-10-21': ['investigate-crime'],
  'OSL-10-22': ['investigate-crime'],
  'OSL-26-9': ['care-and-support'],
  'OSL-26-9a': ['child-protection'],
  'OSL-26-9c': ['care-and-support'],
  'OSL-26-9e': ['prevent-crime'],
  'OSL-35-10c': ['prevent-crime'],
  'OSL-35-10e': payment,
  'OSL-6-5': PURPOSES,
  'LUV-2024-307-4': ['workplace-control'],
  'LBM-2025-170-4': fighting,
  'LBM-2025-170-5': fighting,
  'SOL-15-7': ['investigate-crime', 'enforcement', 'population-registration'],
  'SOL-15-10': ['social-services-case'],
  'SOL-15-11': ['social-services-case'],
  'SOL-15-12': ['social-services-case'],
  'SOL-19-1': ['child-protection'],
  'SOL-27-7': supervision,
  'LSS-15-8': ['care-and-support'],
  'LSS-15-9': ['care-and-support', ...payment],
  'LSS-15-11': supervision,
  'SFB-110-31': payment,
  'SFB-110-31b': payment,
  'SFB-110-34a': payment,
  'BBL-6': ['investigate-crime'],
  'FOL-32c': ['population-registration'],
  'UTLL-17-1': ['migration-case'],
  'ALK-9-8': ['permit-supervision'],
  'ALK-8-11': ['permit-supervision'],
  'TOB-7-20': ['permit-supervision'],
  'MB-26-2': ['investigate-crime'],
  'SKOL-6a-10': ['investigate-crime'],
  'LUST-2025-1268': payment,
  'SUBV-2025-1267-13': ['investigate-crime'],
  'UM-2023-456': payment,
  'UM-2023-455-3': payment,
};

/** Crimes whose scale law.md 1.8 has not read: they meet no threshold. By the provision that names them. */
export const unreadCrimes: { readonly [group: string]: readonly string[] } = {
  'brb-3': ['mord', 'drap', 'synnerligen-grov-misshandel', 'vallande-till-kroppsskada'],
  'brb-4': [
    ...['manniskorov', 'manniskohandel', 'olaga-frihetsberovande', 'grov-fridskrankning'],
    ...['grov-kvinnofridskrankning', 'olaga-hot'],
  ],
  'brb-6': ['valdtakt', 'valdtakt-mot-barn', 'sexuellt-overgrepp-mot-barn', 'sexuellt-ofredande'],
  konsstympning: ['konsstympning'],
  terror: ['terroristbrott'],
  trafik: ['rattfylleri', 'grovt-rattfylleri'],
  'overlatelse-narkotika': [
    'narkotikabrott-overlatelse',
    'dopningsbrott-overlatelse',
    'olovlig-anskaffning-av-alkohol',
  ],
  none: ['penningtvattsbrott', 'narkotikabrott', 'skattebrott', 'utpressning', 'subventionsbrott', 'miljobrott'],
};
/** Of the scales that were read, those that a provision names by act or chapter. */
export const readGroups: { readonly [crime: string]: string } = {
  bidragsbrott: 'bidragsbrott',
  'ringa-bidragsbrott': 'bidragsbrott',
  'grovt-bidragsbrott': 'bidragsbrott',
  'vardslost-bidragsbrott': 'bidragsbrott',
  misshandel: 'brb-3',
  'grov-misshandel': 'brb-3',
};
const PERSONAL = ['brb-3', 'brb-4', 'brb-6'];
/** law.md 1.3 and 1.4: the crimes that a version names. */
export const namedCrimes: { readonly [version: string]: readonly string[] } = {
  'BBL-6@2020-01-01': ['bidragsbrott'],
  'OSL-10-18c@2025-04-01': PERSONAL,
  'OSL-10-19@2023-01-01': ['trafik'],
  'OSL-10-21@2023-01-01': [...PERSONAL, 'konsstympning'],
  'OSL-10-21@2025-04-01': [...PERSONAL, 'konsstympning'],
  'OSL-10-21@2025-12-01': [...PERSONAL, 'konsstympning'],
  'OSL-10-22@2018-01-01': ['overlatelse-narkotika'],
};
