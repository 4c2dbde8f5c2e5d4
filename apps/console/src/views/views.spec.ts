import { describe, expect, it } from '@jest/globals';
import { AUTHORITY_KINDS, LEGAL_QUESTIONS, PURPOSES, TESTS, dataCategories, ruleSets } from '#legal-basis';
import { citationOf, codeWords, codesIn, reasonSentence } from './codes.js';
import { formatOf } from './format.js';
import { changesBetween, versionsOf, versionsOn } from './law.js';
import { RULE_MEMBERS, ruleText } from './rule-words.js';
import { pictureOf } from './sankey.js';
import { shownText } from './views.js';
import { LANGS } from './words.js';

describe('text on a page', () => {
  it('is no markup', () => {
    expect(shownText(`<a href="x" title='y'>&</a>`)).toBe(
      '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;',
    );
  });

  it.each(['\u202E', '\u2066', '\u200F', '\u200B', '\u0000', '\uFEFF', '\u0085', '\u061C'])(
    'shows %j, which changes how others are read, as a mark of its own',
    (one) => {
      expect(shownText(`a${one}b`)).toBe('a\uFFFDb');
    },
  );

  it('keeps the letters of every language', () => {
    expect(shownText('Åäö ŁŻ ئارا שלום\n')).toBe('Åäö ŁŻ ئارا שלום\n');
  });
});

describe('values', () => {
  it('are written in Swedish time, winter and summer', () => {
    expect(formatOf('sv').time('2026-01-31T23:30:00Z')).toBe('2026-02-01 00:30:00');
    expect(formatOf('en').time('2026-07-01T12:00:00Z')).toBe('2026-07-01 14:00:00');
    expect(formatOf('sv').date('2026-03-28T23:30:00Z')).toBe('2026-03-29');
  });

  it('are written as the language writes numbers and spans', () => {
    expect(formatOf('sv').number(1_234_567)).toBe('1\u00A0234\u00A0567');
    expect(formatOf('en').number(1_234_567)).toBe('1,234,567');
    expect([0, 999, 61_000, 7_200_000, 172_800_000].map((ms) => formatOf('en').span(ms))).toEqual([
      '0 ms',
      '999 ms',
      '1 minute',
      '2 hours',
      '2 days',
    ]);
    expect(formatOf('sv').span(172_800_000)).toBe('2 dygn');
  });
});

describe('codes', () => {
  it('have the words of the law', () => {
    expect(codeWords('sv', 'outcomes', 'permit')).toBe('inget formellt hinder');
    expect(codeWords('en', 'outcomes', 'deny')).toBe('formal obstacle');
  });

  it('stand as they are where nobody has words for them', () => {
    expect(codeWords('sv', 'outcomes', 'constructor')).toBe('constructor');
    expect(codesIn('sv').event('toString')).toBe('toString');
    expect(citationOf('NO-SUCH-1')).toBe('NO-SUCH-1');
    expect(reasonSentence('sv', 'NO_SUCH_CODE - - -')).toBeUndefined();
  });

  it('are a sentence with the basis and the provision in it', () => {
    const citation = citationOf('LUF-2008-206-3');
    expect(reasonSentence('sv', 'SECRECY_NOT_REACHED LUF-2008-206-3 26:1 -')).toContain(
      `${citation} bryter inte sekretessen i OSL 26:1`,
    );
    expect(reasonSentence('en', 'ASSESSMENT_MISSING LUF-2008-206-3 - ANLEDNING')).not.toContain('{');
  });
});

describe('the law', () => {
  it('has on a day the versions that were in force on it', () => {
    const on = versionsOn('2026-03-01');
    expect(on.length).toBeGreaterThan(10);
    for (const { from, until } of on) expect(from <= '2026-03-01' && (until ?? '9999') > '2026-03-01').toBe(true);
    expect(new Set(on.map(({ id }) => id)).size).toBe(on.length);
  });

  it('says word by word what a version changed', () => {
    const id = versionsOn('2026-03-01').find((one) => versionsOf(one.id).length > 1)?.id ?? '';
    const [before, after] = versionsOf(id);
    if (before === undefined || after === undefined) throw new Error('no basis has two versions');
    const changes = changesBetween('sv', before, after);
    const side = (leftOut: 'added' | 'removed') =>
      changes
        .filter((one) => !one[leftOut])
        .map(({ value }) => value)
        .join('');
    expect(side('added')).toBe(ruleText('sv', before));
    expect(side('removed')).toBe(ruleText('sv', after));
  });

  it('is words in both languages, whatever a version demands', () => {
    const OTHER = ['id', 'citation', 'titleSv', 'titleEn', 'sfs', 'from', 'until', 'source', 'certainty'];
    const said: readonly string[] = [...RULE_MEMBERS, ...OTHER, 'confirmedFrom', 'confirmedUntil'];
    const newest = ruleSets.at(-1);
    const lists: readonly (readonly string[])[] = [
      ...[PURPOSES, TESTS, LEGAL_QUESTIONS, AUTHORITY_KINDS, [...dataCategories.keys()]],
      ...[newest?.sets, newest?.lists].map((list) => list?.map(({ id }) => id) ?? []),
    ];
    // Others are words themselves.
    const spelled = lists.flat().filter((code) => /[A-Z_-]|namnd/.test(code) && code !== 'a-kassa');
    for (const version of versionsOf()) {
      expect(Object.keys(version).filter((member) => !said.includes(member))).toEqual([]);
      for (const lang of LANGS) {
        const text = ruleText(lang, version);
        expect(text).not.toMatch(/[{}"[\]…]|undefined|\bown\b:|socialtjanst|brottsbekampande/);
        const words = text.split(/[^A-Za-zÅÄÖåäö0-9_:-]+/);
        expect([version.id, lang, spelled.filter((code) => words.includes(code))]).toEqual([version.id, lang, []]);
      }
    }
    expect(ruleText('sv', versionsOf('FOL-32c').at(-1)!)).toBe(
      [
        'Skyldighet eller möjlighet: Myndigheten är skyldig att lämna uppgifterna.',
        'Lämnas: på eget initiativ',
        'Avsändare: statliga myndigheter utom Skatteverket; Skatteverket utom den brottsbekämpande verksamheten; kommunala myndigheter; regioner',
        'Mottagare: Skatteverket utom den brottsbekämpande verksamheten',
        'Ändamål: rätt folkbokföring',
        'En handläggare bedömer: Kan det antas att en uppgift i folkbokföringen är oriktig eller ofullständig?; Finns det särskilda skäl mot att lämna uppgifterna?',
        'Sekretess som bryts: all; utom OSL 24:8; öppen fråga, OSL 25:1-8: Får uppgifter med sekretess för hälso- och sjukvård lämnas på den här grunden?',
      ].join('\n'),
    );
  });
});

describe('the picture of flows', () => {
  const flows = [
    { sender: 'a/a', recipient: 'b/b', value: 10 },
    { sender: 'b/b', recipient: 'a/a', value: 5 },
    { sender: 'a/a', recipient: 'c/c', value: 1 },
  ];

  it('has senders on the left and recipients on the right, also whoever is both', () => {
    const { nodes, links } = pictureOf(flows);
    expect(nodes.map(({ id, anchor, value }) => [id, anchor, value])).toEqual([
      ['a/a', 'end', 11],
      ['b/b', 'end', 5],
      ['b/b', 'start', 10],
      ['a/a', 'start', 5],
      ['c/c', 'start', 1],
    ]);
    expect(links).toHaveLength(3);
    for (const { path, width } of links) {
      expect(path).not.toContain('NaN');
      expect(width).toBeGreaterThanOrEqual(1);
    }
  });

  it('is empty without flows', () => {
    expect(pictureOf([])).toMatchObject({ nodes: [], links: [] });
  });
});
