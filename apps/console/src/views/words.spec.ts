import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SOURCES } from './sources.js';
import { WORDS, said } from './words.js';

const texts = (folder: string, ends: RegExp): string =>
  readdirSync(join(SOURCES, folder))
    .filter((name) => ends.test(name) && !/^words|\.spec\./.test(name))
    .map((name) => readFileSync(join(SOURCES, folder, name), 'utf8'))
    .join('\n');
const templates = texts('views', /\.eta$/);
const code = texts('http', /\.ts$/) + texts('views', /^difference-words\.ts$/);
const keys = Object.keys(WORDS.sv);
const places = (text: string): readonly string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([place]) => place).sort();

describe('the words of the pages', () => {
  it('are there in both languages, with the same places', () => {
    expect(Object.keys(WORDS.en)).toEqual(keys);
    for (const key of keys as (keyof typeof WORDS.sv)[]) {
      expect([key, places(WORDS.en[key])]).toEqual([key, places(WORDS.sv[key])]);
      expect(WORDS.sv[key].trim()).not.toBe('');
      expect(WORDS.en[key].trim()).not.toBe('');
    }
  });

  it('are all there that a template uses', () => {
    const used = [...templates.matchAll(/\bt\.(\w+)/g)].map(([, key]) => key ?? '');
    expect(used.filter((key) => !keys.includes(key))).toEqual([]);
  });

  it('are all used', () => {
    const unused = keys.filter(
      (key) => !new RegExp(`\\bt\\.${key}\\b`).test(templates) && !new RegExp(`\\b${key}\\b`).test(code),
    );
    expect(unused).toEqual([]);
  });

  it('are Swedish in Swedish', () => {
    const english =
      /\b(?:the|of|and|with|from the|disclosure|disclosures|assignment|receipt|refusal|evidence|page|not)\b/i;
    const swedish = /\b(?:och|att|som|inte|för|av|den|det|utlämnande|uppdrag)\b/i;
    const name = /^otherLanguage$/;
    for (const key of keys as (keyof typeof WORDS.sv)[]) {
      if (name.test(key)) continue;
      expect(WORDS.sv[key].replace('delge verify', '')).not.toMatch(english);
      expect(WORDS.en[key]).not.toMatch(swedish);
    }
  });

  it('never say that the exchange decides', () => {
    for (const text of Object.values(WORDS.sv)) expect(text).not.toMatch(/\btillåt|\bnekad|\bnekat|\bblockked/i);
  });
});

it('fills every place, and says when it cannot', () => {
  expect(said('{count} av {all}', { count: 1, all: 2 })).toBe('1 av 2');
  expect(() => said('{count}', {})).toThrow('count');
});
