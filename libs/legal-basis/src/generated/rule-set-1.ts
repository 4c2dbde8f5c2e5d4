// Released; never edited. Its digest is pinned in released.spec.ts.
import type { RuleSet } from '../types.js';

export const ruleSet1: RuleSet = {
  number: 1,
  date: '2026-11-23',
  staleAfterDays: 730,
  protectedOffices: ['skyddshandlaggare', 'enhetschef', 'forvaltningschef', 'sakerhetschef'],
  versions: [
    {
      certainty: 'B',
      clock: 'none',
      initiatives: ['own'],
      id: 'LUF-2008-206-3',
      titleSv: 'underrättelse om felaktig utbetalning',
      titleEn: 'notice of an incorrect payment',
      force: 'duty',
      sender: {
        any: [
          {
            list: 'luf-2008-206',
            role: 'send',
          },
        ],
      },
      recipient: {
        any: [
          {
            list: 'luf-2008-206',
            role: 'decide',
          },
        ],
      },
      points: {
        '-': ['control-incorrect-payment', 'prevent-incorrect-payment'],
      },
      tests: [
        {
          test: 'ANLEDNING',
        },
        {
          test: 'EJ_SARSKILDA',
        },
      ],
      requires: [
        {
          fact: 'circumstancesStated',
          equals: true,
        },
        {
          fact: 'benefit',
        },
      ],
      recipientDecidesBenefit: true,
      from: '2008-06-01',
      until: '2020-01-01',
      citation: 'lag (2008:206) om underrättelseskyldighet vid felaktiga utbetalningar från välfärdssystemen, 3 §',
      sfs: '2008:206',
      source: 'Ansvar-Systems/swedish-law-mcp; prop. 2007/08:48',
      confirmedUntil: '2020-01-01',
      reach: {
        questions: [
          {
            provisions: 'HEALTH',
            question: 'health-data',
          },
        ],
      },
    },
    {
      certainty: 'A',
      clock: 'none',
      initiatives: ['own'],
      id: 'LUF-2008-206-3',
      titleSv: 'underrättelse om felaktig utbetalning',
      titleEn: 'notice of an incorrect payment',
      force: 'duty',
      sender: {
        any: [
          {
            list: 'luf-2008-206',
            role: 'send',
          },
        ],
      },
      recipient: {
        any: [
          {
            list: 'luf-2008-206',
            role: 'decide',
          },
        ],
      },
      points: {
        '-': ['control-incorrect-payment', 'prevent-incorrect-payment'],
      },
      tests: [
        {
          test: 'ANLEDNING',
        },
        {
          test: 'EJ_SARSKILDA',
        },
      ],
      requires: [
        {
          fact: 'circumstancesStated',
          equals: true,
        },
        {
          fact: 'benefit',
        },
      ],
      recipientDecidesBenefit: true,
      from: '2020-01-01',
      until: '2024-01-01',
      citation: 'lag (2008:206) om underrättelseskyldighet vid felaktiga utbetalningar från välfärdssystemen, 3 §',
      sfs: '2019:653',
      source: 'Ansvar-Systems/swedish-law-mcp; prop. 2018/19:132',
      confirmedUntil: '2024-01-01',
      reach: {
        questions: [
          {
            provisions: 'HEALTH',
            question: 'health-data',
          },
        ],
      },
    },
    {
      certainty: 'A',
      clock: 'none',
      initiatives: ['own'],
      id: 'LUF-2008-206-3',
      titleSv: 'underrättelse om felaktig utbetalning',
      titleEn: 'notice of an incorrect payment',
      force: 'duty',
      sender: {
        any: [
          {
            list: 'luf-2008-206',
            role: 'send',
          },
        ],
      },
      recipient: {
        any: [
          {
            list: 'luf-2008-206',
            role: 'decide',
          },
        ],
      },
      points: {
        '-': ['control-incorrect-payment', 'prevent-incorrect-payment'],
      },
      tests: [
        {
          test: 'ANLEDNING',
        },
        {
          test: 'EJ_SARSKILDA',
        },
      ],
      requires: [
        {
          fact: 'circumstancesStated',
          equals: true,
        },
        {
          fact: 'benefit',
        },
      ],
      recipientDecidesBenefit: true,
      from: '2024-01-01',
      until: '2026-01-01',
      citation: 'lag (2008:206) om underrättelseskyldighet vid felaktiga utbetalningar från välfärdssystemen, 3 §',
      sfs: '2023:459',
      source: 'Ansvar-Systems/swedish-law-mcp',
      confirmedUntil: '2026-01-01',
      reach: {
        questions: [
          {
            provisions: 'HEALTH',
            question: 'health-data',
          },
        ],
      },
    },
    {
      certainty: 'A',
      clock: 'none',
      initiatives: ['own'],
      id: 'LUF-2008-206-3',
      titleSv: 'underrättelse om felaktig utbetalning',
      titleEn: 'notice of an incorrect payment',
      force: 'duty',
      sender: {
        any: [
          {
            list: 'luf-2008-206',
            role: 'send',
          },
        ],
      },
      recipient: {
        any: [
          {
            list: 'luf-2008-206',
            role: 'decide',
          },
        ],
      },
      points: {
        '-': ['control-incorrect-payment', 'prevent-incorrect-payment'],
      },
      tests: [
        {
          test: 'ANLEDNING',
        },
        {
          test: 'EJ_SARSKILDA',
        },
      ],
      requires: [
        {
          fact: 'circumstancesStated',
          equals: true,
        },
        {
          fact: 'benefit',
        },
      ],
      recipientDecidesBenefit: true,
      from: '2026-01-01',
      citation: 'lag (2008:206) om underrättelseskyldighet vid felaktiga utbetalningar från välfärdssystemen, 3 §',
      sfs: '2025:1271',
      source: 'Ansvar-Systems/swedish-law-mcp, se-lex/sfs',
      confirmedUntil: '2026-02-28',
      reach: {
        questions: [
          {
            provisions: 'HEALTH',
            question: 'health-data',
          },
        ],
        excludesFor: [
          {
            sender: {
              sector: 'region',
            },
            excludes: ['EX-2008-206-2'],
          },
        ],
      },
    },
    {
      certainty: 'A',
      clock: 'none',
      initiatives: ['own'],
      id: 'LSS-15-10',
      titleSv: 'anmälan om att assistansersättning används för annat än personlig assistans',
      titleEn: 'report that assistance allowance is used for other than personal assistance',
      from: '1994-01-01',
      citation: 'LSS (1993:387) 15 § 10',
      sfs: '1993:387',
      source: 'se-lex/sfs; the day point 10 came into force was not read',
      confirmedFrom: '2024-05-01',
      confirmedUntil: '2025-12-15',
      force: 'duty',
      sender: {
        any: [
          {
            sector: 'kommun',
          },
        ],
      },
      recipient: {
        any: [
          {
            agencies: ['fk'],
          },
        ],
      },
      points: {
        '-': ['control-incorrect-payment', 'prevent-incorrect-payment'],
      },
      tests: [
        {
          test: 'ANLEDNING',
        },
      ],
      requires: [
        {
          fact: 'benefit',
          equals: 'assistansersattning',
        },
      ],
      reach: {
        questions: [
          {
            provisions: 'HEALTH',
            question: 'health-data',
          },
        ],
      },
    },
    {
      certainty: 'A',
      clock: 'none',
      initiatives: ['own', 'request'],
      id: 'LUV-2024-307-2',
      titleSv: 'uppgifter för att motverka felaktiga utbetalningar',
      titleEn: 'information to counter incorrect payments',
      citation: 'lag (2024:307) om uppgiftsskyldighet för att motverka felaktiga utbetalningar m.m., 2 §',
      force: 'duty',
      sender: {
        any: [
          {
            list: 'luv-2024-307-2',
            role: 'send',
          },
        ],
      },
      recipient: {
        any: [
          {
            list: 'luv-2024-307-2',
            role: 'receive',
          },
        ],
      },
      points: {
        '-': ['prevent-incorrect-payment', 'control-incorrect-payment'],
      },
      tests: [
        {
          test: 'BEHOV',
        },
        {
          test: 'EJ_OVERVAGANDE',
        },
      ],
      reach: {
        excludes: ['EX-2024-307-2'],
      },
      from: '2024-07-01',
      until: '2025-09-08',
      sfs: '2024:307',
      source: 'Ansvar-Systems/swedish-law-mcp, se-lex/sfs; prop. 2023/24:85',
      confirmedUntil: '2025-09-08',
    },
    {
      certainty: 'A',
      clock: 'none',
      initiatives: ['own', 'request'],
      id: 'LUV-2024-307-2',
      titleSv: 'uppgifter för att motverka felaktiga utbetalningar',
      titleEn: 'information to counter incorrect payments',
      citation: 'lag (2024:307) om uppgiftsskyldighet för att motverka felaktiga utbetalningar m.m., 2 §',
      force: 'duty',
      sender: {
        any: [
          {
            list: 'luv-2024-307-2',
            role: 'send',
          },
        ],
      },
      recipient: {
        any: [
          {
            list: 'luv-2024-307-2',
            role: 'receive',
          },
        ],
      },
      points: {
        '-': ['prevent-incorrect-payment', 'control-incorrect-payment'],
      },
      tests: [
        {
          test: 'BEHOV',
        },
        {
          test: 'EJ_OVERVAGANDE',
        },
      ],
      reach: {
        excludes: ['EX-2024-307-2'],
      },
      from: '2025-09-08',
      sfs: '2025:761',
      source: 'Ansvar-Systems/swedish-law-mcp, se-lex/sfs',
      confirmedUntil: '2026-02-28',
    },
    {
      certainty: 'A',
      clock: 'none',
      initiatives: ['own', 'request'],
      id: 'OSL-10-15a',
      titleSv: 'uppgifter för att förebygga eller utreda brott, felaktiga utbetalningar, fusk och regelöverträdelser',
      titleEn: 'information to prevent or investigate crime, incorrect payments, fraud and breaches of rules',
      from: '2025-12-01',
      citation: 'OSL (2009:400) 10 kap. 15 a §',
      sfs: '2025:934',
      source: 'se-lex/sfs; prop. 2024/25:180, bet. 2025/26:KU6, rskr. 2025/26:24',
      confirmedUntil: '2025-12-15',
      force: 'permission',
      sender: {
        any: [
          {
            sector: 'stat',
          },
          {
            sector: 'kommun',
          },
          {
            sector: 'region',
          },
          {
            sector: 'a-kassa',
          },
          {
            kinds: ['kommunalt-bolag'],
          },
        ],
      },
      recipient: {
        any: [
          {
            sector: 'stat',
          },
          {
            sector: 'kommun',
          },
          {
            sector: 'region',
          },
          {
            sector: 'a-kassa',
          },
          {
            kinds: ['kommunalt-bolag'],
          },
        ],
      },
      points: {
        '1': ['prevent-crime'],
        '2': ['investigate-crime'],
        '3': ['prevent-incorrect-payment', 'correct-taxation'],
        '4': ['control-incorrect-payment', 'correct-taxation'],
        '5': ['prevent-rule-breaches'],
      },
      tests: [
        {
          test: 'BEHOV',
        },
        {
          test: 'EJ_OVERVAGANDE',
        },
      ],
      reach: {
        only: ['KAP-21-40'],
        excludes: ['EX-OSL-10-15a'],
      },
      overlaps: [
        {
          question: 'osl-10-15a-p2-vs-10-23',
          purposes: ['investigate-crime'],
          fact: 'crime',
          provisions: 'SET-OSL-10-23',
          unlessPenaltyOf: 'OSL-10-23',
        },
      ],
    },
    {
      certainty: 'A',
      clock: 'none',
      initiatives: ['own', 'request'],
      id: 'OSL-10-23',
      titleSv: 'utredning av begånget brott, starkare sekretess',
      titleEn: 'investigation of a committed crime, stronger secrecy',
      from: '2023-01-02',
      until: '2025-04-01',
      citation: 'OSL (2009:400) 10 kap. 23 §',
      sfs: '2022:1495',
      source: 'mttias/swedish-laws',
      confirmedUntil: '2025-04-01',
      force: 'permission',
      sender: {
        any: [
          {
            sector: 'stat',
          },
          {
            sector: 'kommun',
          },
          {
            sector: 'region',
          },
          {
            sector: 'a-kassa',
          },
          {
            kinds: ['kommunalt-bolag'],
          },
        ],
      },
      recipient: {
        any: [
          {
            list: 'brottsingripande',
            role: 'receive',
          },
        ],
      },
      points: {
        '-': ['investigate-crime'],
      },
      tests: [
        {
          test: 'MISSTANKE',
        },
      ],
      penalty: {
        rule: 'minimum',
        completedMonths: 12,
        stages: {
          attempt: 24,
        },
      },
      reach: {
        only: ['SET-OSL-10-23'],
      },
    },
    {
      certainty: 'A',
      clock: 'none',
      initiatives: ['own', 'request'],
      id: 'OSL-10-23',
      titleSv: 'utredning av begånget brott, starkare sekretess',
      titleEn: 'investigation of a committed crime, stronger secrecy',
      from: '2025-04-01',
      citation: 'OSL (2009:400) 10 kap. 23 §',
      sfs: '2025:179',
      source: 'se-lex/sfs; prop. 2024/25:65',
      confirmedUntil: '2025-12-15',
      force: 'permission',
      sender: {
        any: [
          {
            sector: 'stat',
          },
          {
            sector: 'kommun',
          },
          {
            sector: 'region',
          },
          {
            sector: 'a-kassa',
          },
          {
            kinds: ['kommunalt-bolag'],
          },
        ],
      },
      recipient: {
        any: [
          {
            list: 'brottsingripande',
            role: 'receive',
          },
        ],
      },
      points: {
        '-': ['investigate-crime'],
      },
      tests: [
        {
          test: 'BETYDELSE',
        },
      ],
      penalty: {
        rule: 'minimum',
        completedMonths: 6,
        stages: {
          attempt: 12,
          preparation: 12,
          conspiracy: 12,
        },
      },
      reach: {
        only: ['SET-OSL-10-23'],
      },
    },
    {
      certainty: 'B',
      clock: 'none',
      initiatives: ['own', 'request'],
      id: 'OSL-10-24',
      titleSv: 'utredning av begånget brott, övrig sekretess',
      titleEn: 'investigation of a committed crime, other secrecy',
      from: '2023-01-01',
      until: '2025-04-01',
      citation: 'OSL (2009:400) 10 kap. 24 §',
      sfs: '2022:916',
      source: 'mttias/swedish-laws; day of entry into force from memory',
      confirmedFrom: '2024-05-01',
      confirmedUntil: '2025-04-01',
      force: 'permission',
      sender: {
        any: [
          {
            sector: 'stat',
          },
          {
            sector: 'kommun',
          },
          {
            sector: 'region',
          },
          {
            sector: 'a-kassa',
          },
          {
            kinds: ['kommunalt-bolag'],
          },
        ],
      },
      recipient: {
        any: [
          {
            list: 'brottsingripande',
            role: 'receive',
          },
        ],
      },
      points: {
        '-': ['investigate-crime'],
      },
      tests: [
        {
          test: 'MISSTANKE',
        },
        {
          test: 'PAFOLJD',
        },
      ],
      penalty: {
        rule: 'imprisonment',
      },
      reach: {
        excludes: ['NOT-OSL-10-24'],
      },
    },
    {
      certainty: 'A',
      clock: 'none',
      initiatives: ['own', 'request'],
      id: 'OSL-10-24',
      titleSv: 'utredning av begånget brott, övrig sekretess',
      titleEn: 'investigation of a committed crime, other secrecy',
      from: '2025-04-01',
      citation: 'OSL (2009:400) 10 kap. 24 §',
      sfs: '2025:179',
      source: 'se-lex/sfs; prop. 2024/25:65',
      confirmedUntil: '2025-12-15',
      force: 'permission',
      sender: {
        any: [
          {
            sector: 'stat',
          },
          {
            sector: 'kommun',
          },
          {
            sector: 'region',
          },
          {
            sector: 'a-kassa',
          },
          {
            kinds: ['kommunalt-bolag'],
          },
        ],
      },
      recipient: {
        any: [
          {
            list: 'brottsingripande',
            role: 'receive',
          },
        ],
      },
      points: {
        '-': ['investigate-crime'],
      },
      tests: [
        {
          test: 'MISSTANKE',
        },
      ],
      penalty: {
        rule: 'imprisonment',
      },
      reach: {
        excludes: ['NOT-OSL-10-24'],
      },
    },
    {
      certainty: 'A',
      clock: 'none',
      initiatives: ['own', 'request'],
      id: 'OSL-10-27',
      titleSv: 'generalklausulen',
      titleEn: 'the general clause',
      from: '2022-01-01',
      citation: 'OSL (2009:400) 10 kap. 27 §',
      sfs: '2021:644',
      source: 'se-lex/sfs',
      confirmedUntil: '2025-12-15',
      force: 'permission',
      sender: {
        any: [
          {
            sector: 'stat',
          },
          {
            sector: 'kommun',
          },
          {
            sector: 'region',
          },
          {
            sector: 'a-kassa',
          },
          {
            kinds: ['kommunalt-bolag'],
          },
        ],
      },
      recipient: {
        any: [
          {
            sector: 'stat',
          },
          {
            sector: 'kommun',
          },
          {
            sector: 'region',
          },
          {
            sector: 'a-kassa',
          },
          {
            kinds: ['kommunalt-bolag'],
          },
        ],
      },
      points: {
        '-': ['*'],
      },
      tests: [
        {
          test: 'FORUTSATTNINGAR',
        },
        {
          test: 'UPPENBART',
        },
      ],
      reach: {
        excludes: ['EX-OSL-10-27'],
      },
    },
    {
      certainty: 'A',
      clock: 'none',
      initiatives: ['own', 'request'],
      id: 'LBM-2025-170-6',
      titleSv: 'kommuners och regioners uppgiftsskyldighet till brottsbekämpande myndigheter',
      titleEn: 'duty of municipalities and regions to inform law enforcement',
      from: '2025-04-01',
      citation: 'lag (2025:170) om skyldighet att lämna uppgifter till de brottsbekämpande myndigheterna, 6 §',
      sfs: '2025:170',
      source: 'Ansvar-Systems/swedish-law-mcp; prop. 2024/25:65, bet. 2024/25:JuU9',
      confirmedUntil: '2026-02-28',
      force: 'duty',
      sender: {
        any: [
          {
            sector: 'kommun',
          },
          {
            sector: 'region',
          },
        ],
      },
      recipient: {
        any: [
          {
            list: 'brottsbekampande-2025-170',
            role: 'receive',
          },
        ],
      },
      points: {
        '-': ['prevent-crime', 'investigate-crime'],
      },
      tests: [
        {
          test: 'BEHOV',
        },
        {
          test: 'EJ_STAR_KLART',
        },
      ],
      notCategories: ['school-record', 'school-health'],
      reach: {
        excludes: ['EX-2025-170-8', 'KAP-23'],
      },
    },
    {
      certainty: 'A',
      clock: 'none',
      initiatives: ['own', 'request'],
      id: 'LBM-2025-170-7',
      titleSv: 'rektors uppgiftsskyldighet till brottsbekämpande myndigheter',
      titleEn: 'duty of head teachers to inform law enforcement',
      from: '2025-04-01',
      citation: 'lag (2025:170) om skyldighet att lämna uppgifter till de brottsbekämpande myndigheterna, 7 §',
      sfs: '2025:170',
      source: 'Ansvar-Systems/swedish-law-mcp; prop. 2024/25:65, bet. 2024/25:JuU9',
      confirmedUntil: '2026-02-28',
      force: 'duty',
      sender: {
        any: [
          {
            kinds: ['utbildningsnamnd', 'fristaende-skola'],
          },
        ],
      },
      recipient: {
        any: [
          {
            list: 'brottsbekampande-2025-170',
            role: 'receive',
          },
        ],
        own: [
          {
            agencies: ['polis'],
          },
        ],
      },
      points: {
        '-': ['prevent-crime', 'investigate-crime'],
      },
      tests: [
        {
          test: 'BEHOV',
          offices: ['rektor'],
        },
        {
          test: 'EJ_OVERVAGANDE',
          offices: ['rektor'],
        },
      ],
      reach: {
        excludes: ['EX-2025-170-8'],
      },
    },
    {
      certainty: 'A',
      clock: 'none',
      initiatives: ['own', 'request'],
      id: 'LUS-2016-774-2',
      titleSv: 'uppgifter inom särskilt beslutad samverkan mot organiserad brottslighet',
      titleEn: 'information within decided cooperation against organised crime',
      from: '2016-08-15',
      citation: 'lag (2016:774) om uppgiftsskyldighet vid samverkan mot viss organiserad brottslighet, 2 §',
      sfs: '2016:774',
      source:
        'Ansvar-Systems/swedish-law-mcp, se-lex/sfs (the list of authorities in se-lex/sfs alone); prop. 2015/16:167',
      confirmedUntil: '2025-12-15',
      force: 'duty',
      sender: {
        any: [
          {
            list: 'lus-2016-775',
            role: 'send',
          },
        ],
      },
      recipient: {
        any: [
          {
            list: 'lus-2016-775',
            role: 'receive',
          },
        ],
      },
      points: {
        '-': ['prevent-crime'],
      },
      tests: [
        {
          test: 'FORUTSATTNINGAR',
        },
        {
          test: 'BEHOV',
        },
        {
          test: 'EJ_OVERVAGANDE',
        },
      ],
      cooperation: true,
      reach: {
        questions: [
          {
            provisions: 'HEALTH',
            question: 'health-data',
          },
        ],
      },
    },
    {
      certainty: 'A',
      clock: 'none',
      initiatives: ['request'],
      id: 'SOL-15-4',
      titleSv: 'uppgift på begäran om utbetalat ekonomiskt bistånd',
      titleEn: 'information on request about paid financial assistance',
      from: '2025-07-01',
      citation: 'SoL (2025:400) 15 kap. 4 §',
      sfs: '2025:400',
      source: 'se-lex/sfs',
      confirmedUntil: '2025-12-15',
      force: 'duty',
      sender: {
        any: [
          {
            kinds: ['socialnamnd'],
          },
          {
            sector: 'kommun',
            branch: 'socialtjanst',
          },
        ],
      },
      recipient: {
        any: [
          {
            sector: 'stat',
          },
          {
            sector: 'kommun',
          },
          {
            sector: 'region',
          },
        ],
      },
      points: {
        '-': ['prevent-incorrect-payment', 'control-incorrect-payment', 'correct-taxation'],
      },
      tests: [
        {
          test: 'FORUTSATTNINGAR',
        },
      ],
      onlyCategories: ['paid-financial-assistance', 'person-identity', 'message-context'],
      reach: {
        questions: [
          {
            provisions: 'HEALTH',
            question: 'health-data',
          },
        ],
      },
    },
  ],
  nonBases: [
    {
      id: 'LAG-2023-196',
      reason: 'NOT_A_BASIS',
      citation: 'lag (2023:196) om kommuners ansvar för brottsförebyggande arbete',
      whySv: 'Lagen kräver lägesbild, åtgärdsplan och samordning men bryter ingen sekretess.',
      whyEn: 'The act demands a situation report, a plan and coordination but breaks no secrecy.',
    },
    {
      id: 'SAMVERKANSOVERENSKOMMELSE',
      reason: 'NOT_A_BASIS',
      citation: 'samverkansöverenskommelse',
      whySv: 'En överenskommelse kan inte sätta offentlighets- och sekretesslagen åt sidan.',
      whyEn: 'An agreement cannot set the secrecy act aside.',
    },
    {
      id: 'HANDLINGSPLAN',
      reason: 'NOT_A_BASIS',
      citation: 'handlingsplan',
      whySv: 'En handlingsplan kan inte sätta offentlighets- och sekretesslagen åt sidan.',
      whyEn: 'A plan of action cannot set the secrecy act aside.',
    },
    {
      id: 'MEDBORGARLOFTE',
      reason: 'NOT_A_BASIS',
      citation: 'medborgarlöfte',
      whySv: 'Ett medborgarlöfte kan inte sätta offentlighets- och sekretesslagen åt sidan.',
      whyEn: "A citizen's pledge cannot set the secrecy act aside.",
    },
    {
      id: 'LOU-2016-1145-13',
      reason: 'NOT_A_BASIS',
      citation: 'LOU (2016:1145) 13 kap. 1–3 §§',
      whySv:
        'Bestämmelserna gäller uteslutning av leverantörer och ger ingen rätt till andra myndigheters hemliga uppgifter.',
      whyEn:
        "The provisions concern exclusion of suppliers and give no right to other authorities' secret information.",
    },
    {
      id: 'GDPR-6-1-E',
      reason: 'NOT_A_BASIS',
      citation: 'dataskyddsförordningen artikel 6.1 e',
      whySv: 'Rättslig grund för personuppgiftsbehandling bryter inte sekretess.',
      whyEn: 'A ground for processing personal data does not break secrecy.',
    },
    {
      id: 'LAGRADSREMISS-2026-YTTERLIGARE-STEG',
      reason: 'NOT_IN_FORCE',
      citation: 'lagrådsremiss juni 2026 Ytterligare steg mot ett ökat informationsutbyte mellan myndigheter',
      whySv: 'Förslaget är inte lag. Det är tänkt att gälla från den 1 januari 2027.',
      whyEn: 'The proposal is not law. It is meant to apply from 1 January 2027.',
    },
    {
      id: 'DS-2025-8',
      reason: 'NOT_IN_FORCE',
      citation: 'Ds 2025:8',
      whySv: 'En departementspromemoria är inte lag.',
      whyEn: 'A ministry memorandum is not law.',
    },
    {
      id: 'SOU-2025-45',
      reason: 'NOT_IN_FORCE',
      citation: 'SOU 2025:45',
      whySv: 'Ett betänkande är inte lag.',
      whyEn: 'An inquiry report is not law.',
    },
    {
      id: 'SOU-2025-20',
      reason: 'NOT_IN_FORCE',
      citation: 'SOU 2025:20',
      whySv: 'Kommunerna är inte anslutna till Utbetalningsmyndigheten.',
      whyEn: 'Municipalities are not connected to the Payments Agency.',
    },
    {
      id: 'OSL-6-5',
      reason: 'NOT_MODELLED',
      citation: 'OSL-6-5',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-10-1',
      reason: 'NOT_MODELLED',
      citation: 'OSL-10-1',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-10-2',
      reason: 'NOT_MODELLED',
      citation: 'OSL-10-2',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-10-2a',
      reason: 'NOT_MODELLED',
      citation: 'OSL-10-2a',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-10-16',
      reason: 'NOT_MODELLED',
      citation: 'OSL-10-16',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-10-17',
      reason: 'NOT_MODELLED',
      citation: 'OSL-10-17',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-10-18',
      reason: 'NOT_MODELLED',
      citation: 'OSL-10-18',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-10-18a',
      reason: 'NOT_MODELLED',
      citation: 'OSL-10-18a',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-10-18b',
      reason: 'NOT_MODELLED',
      citation: 'OSL-10-18b',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-10-18c',
      reason: 'NOT_MODELLED',
      citation: 'OSL-10-18c',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-10-19',
      reason: 'NOT_MODELLED',
      citation: 'OSL-10-19',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-10-20',
      reason: 'NOT_MODELLED',
      citation: 'OSL-10-20',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-10-21',
      reason: 'NOT_MODELLED',
      citation: 'OSL-10-21',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-10-22',
      reason: 'NOT_MODELLED',
      citation: 'OSL-10-22',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-10-28',
      reason: 'NOT_MODELLED',
      citation: 'OSL-10-28',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-12-2',
      reason: 'NOT_MODELLED',
      citation: 'OSL-12-2',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-26-9',
      reason: 'NOT_MODELLED',
      citation: 'OSL-26-9',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-26-9a',
      reason: 'NOT_MODELLED',
      citation: 'OSL-26-9a',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-26-9c',
      reason: 'NOT_MODELLED',
      citation: 'OSL-26-9c',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-26-9e',
      reason: 'NOT_MODELLED',
      citation: 'OSL-26-9e',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-35-10c',
      reason: 'NOT_MODELLED',
      citation: 'OSL-35-10c',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'OSL-35-10e',
      reason: 'NOT_MODELLED',
      citation: 'OSL-35-10e',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'LUV-2024-307-4',
      reason: 'NOT_MODELLED',
      citation: 'LUV-2024-307-4',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'LBM-2025-170-4',
      reason: 'NOT_MODELLED',
      citation: 'LBM-2025-170-4',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'LBM-2025-170-5',
      reason: 'NOT_MODELLED',
      citation: 'LBM-2025-170-5',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'SOL-15-7',
      reason: 'NOT_MODELLED',
      citation: 'SOL-15-7',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'SOL-15-10',
      reason: 'NOT_MODELLED',
      citation: 'SOL-15-10',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'SOL-15-11',
      reason: 'NOT_MODELLED',
      citation: 'SOL-15-11',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'SOL-15-12',
      reason: 'NOT_MODELLED',
      citation: 'SOL-15-12',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'SOL-19-1',
      reason: 'NOT_MODELLED',
      citation: 'SOL-19-1',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'SOL-27-7',
      reason: 'NOT_MODELLED',
      citation: 'SOL-27-7',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'LSS-15-8',
      reason: 'NOT_MODELLED',
      citation: 'LSS-15-8',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'LSS-15-9',
      reason: 'NOT_MODELLED',
      citation: 'LSS-15-9',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'LSS-15-11',
      reason: 'NOT_MODELLED',
      citation: 'LSS-15-11',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'SFB-110-31',
      reason: 'NOT_MODELLED',
      citation: 'SFB-110-31',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'SFB-110-31b',
      reason: 'NOT_MODELLED',
      citation: 'SFB-110-31b',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'SFB-110-34a',
      reason: 'NOT_MODELLED',
      citation: 'SFB-110-34a',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'BBL-6',
      reason: 'NOT_MODELLED',
      citation: 'BBL-6',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'FOL-32c',
      reason: 'NOT_MODELLED',
      citation: 'FOL-32c',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'UTLL-17-1',
      reason: 'NOT_MODELLED',
      citation: 'UTLL-17-1',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'ALK-8-11',
      reason: 'NOT_MODELLED',
      citation: 'ALK-8-11',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'ALK-9-8',
      reason: 'NOT_MODELLED',
      citation: 'ALK-9-8',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'TOB-7-20',
      reason: 'NOT_MODELLED',
      citation: 'TOB-7-20',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'MB-26-2',
      reason: 'NOT_MODELLED',
      citation: 'MB-26-2',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'SKOL-6a-10',
      reason: 'NOT_MODELLED',
      citation: 'SKOL-6a-10',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'LUST-2025-1268',
      reason: 'NOT_MODELLED',
      citation: 'LUST-2025-1268',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'SUBV-2025-1267-13',
      reason: 'NOT_MODELLED',
      citation: 'SUBV-2025-1267-13',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'UM-2023-456',
      reason: 'NOT_MODELLED',
      citation: 'UM-2023-456',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
    {
      id: 'UM-2023-455-3',
      reason: 'NOT_MODELLED',
      citation: 'UM-2023-455-3',
      whySv: 'Grunden finns i katalogen men ingår inte i den här regelsamlingen.',
      whyEn: 'The basis is in the catalogue but not in this rule set.',
    },
  ],
  lists: [
    {
      id: 'luf-2008-206',
      citation: 'lag (2008:206) 1–2 §§',
      source: 'Ansvar-Systems/swedish-law-mcp, se-lex/sfs',
      entries: [
        {
          party: {
            agencies: ['mig', 'fk', 'csn', 'af'],
          },
          roles: ['send', 'decide'],
          from: '2008-06-01',
        },
        {
          party: {
            sector: 'a-kassa',
          },
          roles: ['send', 'decide'],
          from: '2008-06-01',
        },
        {
          party: {
            agencies: ['kfm'],
          },
          roles: ['send'],
          from: '2008-06-01',
        },
        {
          party: {
            agencies: ['skv'],
            notBranch: 'brottsbekampande',
          },
          roles: ['send'],
          from: '2008-06-01',
        },
        {
          party: {
            agencies: ['pens'],
          },
          roles: ['send', 'decide'],
          from: '2010-01-01',
          confirmedFrom: '2020-01-01',
        },
        {
          party: {
            sector: 'kommun',
          },
          roles: ['decide'],
          from: '2008-06-01',
          confirmedFrom: '2020-01-01',
        },
        {
          party: {
            sector: 'kommun',
          },
          roles: ['send'],
          from: '2020-01-01',
        },
        {
          party: {
            agencies: ['um'],
          },
          roles: ['send'],
          from: '2024-01-01',
        },
        {
          party: {
            sector: 'region',
          },
          roles: ['send'],
          from: '2026-01-01',
        },
      ],
    },
    {
      id: 'luv-2024-307-2',
      citation: 'lag (2024:307) 2 §',
      source: 'Ansvar-Systems/swedish-law-mcp, se-lex/sfs',
      entries: [
        {
          party: {
            agencies: ['af', 'bv', 'csn', 'fk', 'ivo', 'kfm', 'mig', 'pens', 'skv'],
          },
          roles: ['send', 'receive'],
          from: '2024-07-01',
        },
        {
          party: {
            sector: 'kommun',
          },
          roles: ['send', 'receive'],
          from: '2024-07-01',
        },
        {
          party: {
            sector: 'a-kassa',
          },
          roles: ['send', 'receive'],
          from: '2024-07-01',
        },
        {
          party: {
            agencies: ['ehm'],
          },
          roles: ['send', 'receive'],
          from: '2025-09-08',
        },
      ],
    },
    {
      id: 'brottsbekampande-2025-170',
      citation: 'lag (2025:170) 2 §',
      source: 'Ansvar-Systems/swedish-law-mcp',
      entries: [
        {
          party: {
            agencies: ['ebm', 'kbv', 'polis', 'sapo', 'tv', 'am'],
          },
          roles: ['receive'],
          from: '2025-04-01',
        },
        {
          party: {
            agencies: ['skv'],
            branch: 'brottsbekampande',
          },
          roles: ['receive'],
          from: '2025-04-01',
        },
      ],
    },
    {
      id: 'brottsingripande',
      citation: 'OSL (2009:400) 10 kap. 23–24 §§',
      source: 'se-lex/sfs',
      entries: [
        {
          party: {
            agencies: ['am', 'polis', 'sapo'],
          },
          roles: ['receive'],
          from: '2009-06-30',
        },
        {
          party: {
            agencies: ['ebm', 'tv', 'kbv'],
          },
          roles: ['receive'],
          from: '2009-06-30',
        },
        {
          party: {
            agencies: ['skv'],
            branch: 'brottsbekampande',
          },
          roles: ['receive'],
          from: '2009-06-30',
        },
      ],
    },
    {
      id: 'lus-2016-775',
      citation: 'förordning (2016:775) 2 §, lag (2016:774) 3 §',
      source: 'se-lex/sfs (wording 2025:334), mttias/swedish-laws (wording 2022:770)',
      entries: [
        {
          party: {
            agencies: ['af', 'fk', 'kv', 'kfm', 'kbv', 'mig', 'polis', 'skv', 'sapo', 'tv'],
          },
          roles: ['send', 'receive'],
          from: '2016-08-15',
          confirmedFrom: '2022-05-01',
        },
        {
          party: {
            agencies: ['ebm'],
            branch: 'polisiar',
          },
          roles: ['send', 'receive'],
          from: '2016-08-15',
          confirmedFrom: '2022-05-01',
        },
        {
          party: {
            agencies: ['am'],
          },
          roles: ['receive'],
          from: '2016-08-15',
          confirmedFrom: '2022-05-01',
        },
        {
          party: {
            agencies: ['fi', 'pens', 'tvv'],
          },
          roles: ['send', 'receive'],
          from: '2016-08-15',
          confirmedFrom: '2023-01-01',
        },
        {
          party: {
            agencies: ['ftn'],
          },
          roles: ['send', 'receive'],
          from: '2022-05-01',
          confirmedFrom: '2024-05-01',
        },
        {
          party: {
            agencies: ['av', 'bv', 'csn', 'ivo'],
          },
          roles: ['send', 'receive'],
          from: '2022-05-01',
        },
        {
          party: {
            agencies: ['um'],
          },
          roles: ['send', 'receive'],
          from: '2024-05-01',
          confirmedFrom: '2024-12-01',
        },
        {
          party: {
            agencies: ['ts', 'trv'],
          },
          roles: ['send', 'receive'],
          from: '2025-01-01',
        },
        {
          party: {
            agencies: ['isp', 'kk'],
          },
          roles: ['send', 'receive'],
          from: '2025-07-01',
        },
      ],
    },
  ],
  sets: [
    {
      id: 'EX-ALL-CH10',
      versions: [
        {
          from: '2009-06-30',
          provisions: ['35:3'],
        },
      ],
    },
    {
      id: 'KAP-21-40',
      versions: [
        {
          from: '2009-06-30',
          provisions: ['21-40:*'],
        },
      ],
    },
    {
      id: 'KAP-23',
      versions: [
        {
          from: '2009-06-30',
          provisions: ['23:*'],
        },
      ],
    },
    {
      id: 'HEALTH',
      versions: [
        {
          from: '2009-06-30',
          provisions: ['25:1-8'],
        },
      ],
    },
    {
      id: 'EX-OSL-10-15a',
      versions: [
        {
          from: '2025-12-01',
          provisions: [
            '24:2a',
            '24:8',
            '25:1',
            '25:2',
            '25:3',
            '25:4',
            '25:5',
            '25:8',
            '26:1a-st1',
            '26:3',
            '26:4',
            '26:6',
            '29:1',
            '29:2',
            '31:1-st1',
            '31:2',
            '31:12',
            '33:2',
            '33:4a',
            '36:3',
            '40:2',
            '40:5',
          ],
        },
      ],
    },
    {
      id: 'EX-OSL-10-27',
      versions: [
        {
          from: '2022-01-01',
          provisions: [
            '24:2a',
            '24:8',
            '25:1-8',
            '26:1-6',
            '29:1',
            '29:2',
            '31:1-st1',
            '31:2',
            '31:12',
            '33:2',
            '33:4a',
            '36:3',
            '40:2',
            '40:5',
          ],
        },
      ],
    },
    {
      id: 'SET-OSL-10-23',
      versions: [
        {
          from: '2023-01-02',
          until: '2025-04-01',
          provisions: [
            '24:2a',
            '24:8',
            '25:1',
            '25:2-st2',
            '25:3-8',
            '26:1',
            '26:1a-st2',
            '26:2-6',
            '31:1-st1',
            '31:2',
            '31:12',
            '33:2',
            '33:4a',
            '36:3',
            '40:2',
            '40:5',
          ],
        },
        {
          from: '2025-04-01',
          provisions: [
            '24:2a',
            '24:8',
            '25:1',
            '25:2-st2',
            '25:3-8',
            '26:1',
            '26:1a-st2',
            '26:2-6',
            '31:1-st1',
            '31:2',
            '31:12',
            '33:2',
            '33:4a',
            '36:3',
            '40:2',
            '40:5',
          ],
        },
      ],
    },
    {
      id: 'NOT-OSL-10-24',
      versions: [
        {
          from: '2023-01-01',
          provisions: [
            '24:2a',
            '24:8',
            '25:1',
            '25:2',
            '25:3-8',
            '26:1',
            '26:1a',
            '26:2-6',
            '31:1-st1',
            '31:2',
            '31:12',
            '33:2',
            '33:4a',
            '36:3',
            '40:2',
            '40:5',
          ],
        },
      ],
    },
    {
      id: 'EX-2024-307-2',
      versions: [
        {
          from: '2024-07-01',
          provisions: [
            '15-20:*',
            '24:2a',
            '24:8',
            '25:1-8',
            '26:1-6',
            '29:1',
            '29:2',
            '31:1-st1',
            '31:2',
            '31:12',
            '33:2',
            '33:4a',
            '36:3',
            '40:2',
            '40:5',
            '41-43:*',
          ],
        },
      ],
    },
    {
      id: 'EX-2025-170-8',
      versions: [
        {
          from: '2025-04-01',
          provisions: ['24:8', '25:1-8', '25:15', '26:1-6', '40:2', '40:5'],
        },
      ],
    },
    {
      id: 'EX-2008-206-2',
      versions: [
        {
          from: '2026-01-01',
          provisions: ['25:1', '25:2', '25:4', '25:5'],
        },
      ],
    },
  ],
  provisions: [
    {
      certainty: 'A',
      id: '15:2',
      harm: 'rakt',
      nameSv: 'försvarssekretess',
      nameEn: 'defence',
    },
    {
      certainty: 'A',
      id: '18:1',
      harm: 'rakt',
      nameSv: 'förundersökning',
      nameEn: 'criminal investigation',
    },
    {
      certainty: 'A',
      id: '18:2',
      harm: 'omvant',
      nameSv: 'underrättelseverksamhet mot brott',
      nameEn: 'criminal intelligence',
    },
    {
      certainty: 'A',
      id: '18:3',
      harm: 'rakt',
      nameSv: 'förundersökning hos biträdande myndighet',
      nameEn: 'criminal investigation at assisting authorities',
    },
    {
      certainty: 'A',
      id: '19:3-st1',
      harm: 'rakt',
      nameSv: 'upphandling',
      nameEn: 'procurement',
    },
    {
      certainty: 'A',
      id: '19:3-st2',
      harm: 'absolut',
      question: 'bid-secrecy-before-award',
      nameSv: 'anbud före tilldelning',
      nameEn: 'bids before award',
    },
    {
      certainty: 'A',
      id: '21:1',
      harm: 'svagt',
      nameSv: 'hälsa och sexualliv',
      nameEn: 'health and sex life',
    },
    {
      certainty: 'A',
      id: '21:3',
      harm: 'blandat',
      protectedIdentity: true,
      nameSv: 'förföljda personers adress',
      nameEn: 'whereabouts of persecuted persons',
    },
    {
      certainty: 'A',
      id: '21:3-st1',
      harm: 'svagt',
      protectedIdentity: true,
      nameSv: 'förföljda personers adress',
      nameEn: 'whereabouts of persecuted persons',
    },
    {
      certainty: 'A',
      id: '21:3-st3',
      harm: 'omvant',
      protectedIdentity: true,
      nameSv: 'fingerade personuppgifter',
      nameEn: 'fictitious personal data',
    },
    {
      certainty: 'A',
      id: '21:3a',
      harm: 'omvant',
      protectedIdentity: true,
      nameSv: 'skyddad folkbokföring i ärenden',
      nameEn: 'protected population registration in cases',
    },
    {
      certainty: 'A',
      id: '21:5',
      harm: 'svagt',
      nameSv: 'utlänning i risk',
      nameEn: 'foreigner at risk',
    },
    {
      certainty: 'A',
      id: '22:1',
      harm: 'svagt',
      nameSv: 'folkbokföring',
      nameEn: 'population register',
    },
    {
      certainty: 'A',
      id: '22:2',
      harm: 'omvant',
      protectedIdentity: true,
      nameSv: 'skyddad folkbokföring',
      nameEn: 'protected population registration',
    },
    {
      certainty: 'A',
      id: '23:1',
      harm: 'omvant',
      nameSv: 'förskola',
      nameEn: 'preschool',
    },
    {
      certainty: 'A',
      id: '23:2',
      harm: 'blandat',
      nameSv: 'skola',
      nameEn: 'school',
    },
    {
      certainty: 'B',
      id: '24:2a',
      harm: 'absolut',
      nameSv: 'forskningsdatabaser',
      nameEn: 'research databases',
    },
    {
      certainty: 'A',
      id: '24:8',
      harm: 'absolut',
      question: 'statistics',
      nameSv: 'statistik',
      nameEn: 'statistics',
    },
    {
      certainty: 'A',
      id: '25:1',
      harm: 'omvant',
      nameSv: 'hälso- och sjukvård',
      nameEn: 'health care',
    },
    {
      certainty: 'B',
      id: '25:2-st1',
      harm: 'omvant',
      nameSv: 'sammanhållen vårddokumentation',
      nameEn: 'shared care records',
    },
    {
      certainty: 'B',
      id: '25:2-st2',
      harm: 'omvant',
      nameSv: 'sammanhållen vårddokumentation',
      nameEn: 'shared care records',
    },
    {
      certainty: 'A',
      id: '26:1',
      harm: 'omvant',
      nameSv: 'socialtjänst',
      nameEn: 'social services',
    },
    {
      certainty: 'A',
      id: '26:3',
      harm: 'absolut',
      nameSv: 'familjerådgivning',
      nameEn: 'family counselling',
    },
    {
      certainty: 'B',
      id: '26:4',
      harm: 'omvant',
      nameSv: 'socialtjänst, särskilda fall',
      nameEn: 'social services in special cases',
    },
    {
      certainty: 'B',
      id: '26:5',
      harm: 'omvant',
      question: 'informant-identity',
      nameSv: 'anmälare i socialtjänsten',
      nameEn: 'informants in social services',
    },
    {
      certainty: 'B',
      id: '26:6',
      harm: 'omvant',
      nameSv: 'socialtjänst, särskilda fall',
      nameEn: 'social services in special cases',
    },
    {
      certainty: 'A',
      id: '26:11',
      harm: 'blandat',
      nameSv: 'bostadsanpassning',
      nameEn: 'housing adaptation',
    },
    {
      certainty: 'A',
      id: '26:12',
      harm: 'blandat',
      nameSv: 'bostadsförmedling',
      nameEn: 'housing',
    },
    {
      certainty: 'A',
      id: '27:1',
      harm: 'absolut',
      nameSv: 'skatt',
      nameEn: 'tax',
    },
    {
      certainty: 'A',
      id: '27:2',
      harm: 'absolut',
      nameSv: 'skattekontroll',
      nameEn: 'tax control',
    },
    {
      certainty: 'A',
      id: '27:3',
      harm: 'omvant',
      nameSv: 'tull',
      nameEn: 'customs',
    },
    {
      certainty: 'A',
      id: '28:1',
      harm: 'rakt',
      nameSv: 'socialförsäkring',
      nameEn: 'social insurance',
    },
    {
      certainty: 'A',
      id: '28:4',
      harm: 'rakt',
      nameSv: 'affärsförhållanden hos socialförsäkringen',
      nameEn: 'business relations in social insurance',
    },
    {
      certainty: 'A',
      id: '28:11',
      harm: 'rakt',
      nameSv: 'arbetsmarknad, enskilda',
      nameEn: 'labour market, individuals',
    },
    {
      certainty: 'A',
      id: '28:12',
      harm: 'rakt',
      nameSv: 'arbetsmarknad, företag',
      nameEn: 'labour market, businesses',
    },
    {
      certainty: 'A',
      id: '28:13',
      harm: 'rakt',
      nameSv: 'arbetslöshetskassa',
      nameEn: 'unemployment fund',
    },
    {
      certainty: 'A',
      id: '30:20',
      harm: 'rakt',
      nameSv: 'alkohol- och tobakstillstånd',
      nameEn: 'alcohol and tobacco permits',
    },
    {
      certainty: 'A',
      id: '30:27',
      harm: 'rakt',
      nameSv: 'kommunal tillsyn',
      nameEn: 'municipal supervision',
    },
    {
      certainty: 'A',
      id: '31:16',
      harm: 'svagt',
      nameSv: 'affärsförbindelse med myndighet',
      nameEn: 'business relations with an authority',
    },
    {
      certainty: 'B',
      id: '33:2',
      harm: 'absolut',
      nameSv: 'diskrimineringsombudsmannen',
      nameEn: 'equality ombudsman',
    },
    {
      certainty: 'B',
      id: '33:4a',
      harm: 'absolut',
      nameSv: 'barnombudsmannen',
      nameEn: 'ombudsman for children',
    },
    {
      certainty: 'A',
      id: '34:1',
      harm: 'omvant',
      nameSv: 'utsökning',
      nameEn: 'enforcement',
    },
    {
      certainty: 'A',
      id: '34:2',
      harm: 'omvant',
      nameSv: 'utsökning',
      nameEn: 'enforcement',
    },
    {
      certainty: 'A',
      id: '35:1',
      harm: 'omvant',
      nameSv: 'enskilda i brottsutredning',
      nameEn: 'individuals in criminal investigations',
    },
    {
      certainty: 'A',
      id: '35:3',
      harm: 'absolut',
      nameSv: 'belastningsregister',
      nameEn: 'criminal records',
    },
    {
      certainty: 'A',
      id: '37:1',
      harm: 'omvant',
      nameSv: 'utlänningskontroll',
      nameEn: 'control of foreigners',
    },
    {
      certainty: 'B',
      id: '40:2',
      harm: 'absolut',
      nameSv: 'kap. 40 2 §',
      nameEn: 'chapter 40 section 2',
    },
    {
      certainty: 'A',
      id: '40:5',
      harm: 'absolut',
      nameSv: 'teknisk bearbetning',
      nameEn: 'technical processing',
    },
    {
      certainty: 'A',
      id: '40:7d',
      harm: 'absolut',
      nameSv: 'Utbetalningsmyndigheten',
      nameEn: 'Payments Agency',
    },
    {
      certainty: 'A',
      id: '40:7f',
      harm: 'omvant',
      nameSv: 'Brås kontaktpunkt',
      nameEn: 'contact point at Brå',
    },
    {
      certainty: 'A',
      id: '40:7g',
      harm: 'omvant',
      nameSv: 'orosanmälan hos anmälaren',
      nameEn: 'child concern report at the reporter',
    },
  ],
  penaltyScales: [
    {
      certainty: 'A',
      crime: 'bidragsbrott',
      from: '2020-01-01',
      minMonths: 0,
      imprisonment: true,
      citation: 'bidragsbrottslag (2007:612) 2 §',
      nameSv: 'bidragsbrott',
      nameEn: 'benefit crime',
    },
    {
      certainty: 'A',
      crime: 'ringa-bidragsbrott',
      from: '2020-01-01',
      minMonths: 0,
      imprisonment: true,
      citation: 'bidragsbrottslag (2007:612) 2 §',
      nameSv: 'ringa bidragsbrott',
      nameEn: 'petty benefit crime',
    },
    {
      certainty: 'A',
      crime: 'grovt-bidragsbrott',
      from: '2020-01-01',
      minMonths: 6,
      imprisonment: true,
      citation: 'bidragsbrottslag (2007:612) 3 §',
      nameSv: 'grovt bidragsbrott',
      nameEn: 'gross benefit crime',
    },
    {
      certainty: 'A',
      crime: 'vardslost-bidragsbrott',
      from: '2020-01-01',
      minMonths: 0,
      imprisonment: true,
      citation: 'bidragsbrottslag (2007:612) 4 §',
      nameSv: 'vårdslöst bidragsbrott',
      nameEn: 'negligent benefit crime',
    },
    {
      certainty: 'A',
      crime: 'bedrageri',
      from: '2020-01-01',
      minMonths: 0,
      imprisonment: true,
      citation: 'BrB 9 kap. 1 §',
      nameSv: 'bedrägeri',
      nameEn: 'fraud',
    },
    {
      certainty: 'A',
      crime: 'grovt-bedrageri',
      from: '2020-01-01',
      minMonths: 6,
      imprisonment: true,
      citation: 'BrB 9 kap. 3 §',
      nameSv: 'grovt bedrägeri',
      nameEn: 'gross fraud',
    },
    {
      certainty: 'A',
      crime: 'misshandel',
      from: '2020-01-01',
      minMonths: 0,
      imprisonment: true,
      citation: 'BrB 3 kap. 5 §',
      nameSv: 'misshandel',
      nameEn: 'assault',
    },
    {
      certainty: 'A',
      crime: 'grov-misshandel',
      from: '2020-01-01',
      minMonths: 18,
      imprisonment: true,
      citation: 'BrB 3 kap. 6 §',
      nameSv: 'grov misshandel',
      nameEn: 'gross assault',
    },
    {
      certainty: 'A',
      crime: 'ran',
      from: '2020-01-01',
      minMonths: 18,
      imprisonment: true,
      citation: 'BrB 8 kap. 5 §',
      nameSv: 'rån',
      nameEn: 'robbery',
    },
    {
      certainty: 'A',
      crime: 'involverande-av-underarig',
      from: '2023-07-01',
      minMonths: 0,
      imprisonment: true,
      citation: 'BrB 16 kap. 5 a §',
      nameSv: 'involverande av underårig i brottslighet',
      nameEn: 'involving a minor in crime',
    },
  ],
  benefits: [
    {
      code: 'assistansersattning',
      from: '2008-06-01',
      decidedBy: [
        {
          agencies: ['fk'],
        },
      ],
      nameSv: 'assistansersättning',
      nameEn: 'assistance allowance',
    },
    {
      code: 'sjukpenning',
      from: '2008-06-01',
      decidedBy: [
        {
          agencies: ['fk'],
        },
      ],
      nameSv: 'sjukpenning',
      nameEn: 'sickness benefit',
    },
    {
      code: 'sjukersattning',
      from: '2008-06-01',
      decidedBy: [
        {
          agencies: ['fk'],
        },
      ],
      nameSv: 'sjukersättning',
      nameEn: 'sickness compensation',
    },
    {
      code: 'foraldrapenning',
      from: '2008-06-01',
      decidedBy: [
        {
          agencies: ['fk'],
        },
      ],
      nameSv: 'föräldrapenning',
      nameEn: 'parental benefit',
    },
    {
      code: 'tillfallig-foraldrapenning',
      from: '2008-06-01',
      decidedBy: [
        {
          agencies: ['fk'],
        },
      ],
      nameSv: 'tillfällig föräldrapenning',
      nameEn: 'temporary parental benefit',
    },
    {
      code: 'bostadsbidrag',
      from: '2008-06-01',
      decidedBy: [
        {
          agencies: ['fk'],
        },
      ],
      nameSv: 'bostadsbidrag',
      nameEn: 'housing allowance',
    },
    {
      code: 'underhallsstod',
      from: '2008-06-01',
      decidedBy: [
        {
          agencies: ['fk'],
        },
      ],
      nameSv: 'underhållsstöd',
      nameEn: 'maintenance support',
    },
    {
      code: 'aktivitetsstod',
      from: '2008-06-01',
      decidedBy: [
        {
          agencies: ['fk'],
        },
      ],
      nameSv: 'aktivitetsstöd',
      nameEn: 'activity support',
    },
    {
      code: 'alderspension',
      from: '2020-01-01',
      decidedBy: [
        {
          agencies: ['pens'],
        },
      ],
      nameSv: 'ålderspension',
      nameEn: 'old-age pension',
    },
    {
      code: 'bostadstillagg',
      from: '2008-06-01',
      decidedBy: [
        {
          agencies: ['pens', 'fk'],
        },
      ],
      nameSv: 'bostadstillägg',
      nameEn: 'housing supplement',
    },
    {
      code: 'studiemedel',
      from: '2008-06-01',
      decidedBy: [
        {
          agencies: ['csn'],
        },
      ],
      nameSv: 'studiemedel',
      nameEn: 'student finance',
    },
    {
      code: 'lonestod',
      from: '2020-01-01',
      decidedBy: [
        {
          agencies: ['af'],
        },
      ],
      nameSv: 'stöd till arbetsgivare',
      nameEn: 'employment subsidy',
    },
    {
      code: 'dagersattning',
      from: '2008-06-01',
      decidedBy: [
        {
          agencies: ['mig'],
        },
      ],
      nameSv: 'dagersättning till asylsökande',
      nameEn: 'daily allowance for asylum seekers',
    },
    {
      code: 'arbetsloshetsersattning',
      from: '2008-06-01',
      decidedBy: [
        {
          sector: 'a-kassa',
        },
      ],
      nameSv: 'arbetslöshetsersättning',
      nameEn: 'unemployment benefit',
    },
    {
      code: 'ekonomiskt-bistand',
      from: '2008-06-01',
      decidedBy: [
        {
          kinds: ['socialnamnd'],
        },
        {
          sector: 'kommun',
          branch: 'socialtjanst',
        },
      ],
      nameSv: 'ekonomiskt bistånd',
      nameEn: 'financial assistance',
    },
  ],
};
