import { PAGE_TEXTS } from './page-texts.js';
import { folderOf, octetsOf } from './own-files.js';
import { hexDigestOf, rendered, trustOf, verifyFiles, verifyFolder } from './verify.js';
import type { Language, Report } from './verify.js';

/** The one file: everything comes from the auditor's own disk, and nothing leaves it. */

interface Checked {
  readonly name: string;
  readonly report: Report;
}
let language: Language = navigator.language.startsWith('sv') || navigator.language === '' ? 'sv' : 'en';
let checked: readonly Checked[] = [];

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const told = element('told');
const filesOf = (id: string): readonly File[] => [...(element<HTMLInputElement>(id).files ?? [])];

function translate(): void {
  const texts = PAGE_TEXTS[language];
  document.documentElement.lang = language;
  document.title = `Delge: ${texts.title}`;
  for (const one of document.querySelectorAll<HTMLElement>('[data-text]'))
    one.textContent = texts[one.dataset['text'] as 'title'];
  const other = element('language');
  other.textContent = texts.language;
  other.lang = language === 'sv' ? 'en' : 'sv';
  told.textContent = '';
  show();
}

function show(): void {
  element('reports').hidden = checked.length === 0;
  element('list').replaceChildren(...checked.map(article));
}

function article({ name, report }: Checked): HTMLElement {
  const texts = PAGE_TEXTS[language];
  const text = rendered(report, language);
  const title = made('h3', `${name}: ${text.split('\n')[1] ?? ''}`);
  title.className = report.conclusion === 'holds' ? 'holds' : 'not';
  const whole = document.createElement('article');
  whole.append(
    title,
    made('pre', text),
    saving(texts.save(name), `${name}.txt`, text),
    ' ',
    saving(texts.saveJson(name), `${name}.report.json`, `${JSON.stringify(report)}\n`),
  );
  return whole;
}

const made = (tag: string, text: string): HTMLElement => {
  const one = document.createElement(tag);
  one.textContent = text;
  return one;
};

const saving = (label: string, file: string, text: string): HTMLElement => {
  const button = made('button', label);
  button.setAttribute('type', 'button');
  button.addEventListener('click', () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text]));
    link.download = file;
    link.click();
    URL.revokeObjectURL(link.href);
  });
  return button;
};

/** @returns what to tell instead of a report */
async function verify(): Promise<string | undefined> {
  const texts = PAGE_TEXTS[language];
  const [trustFile] = filesOf('trust');
  const [checkpoint] = filesOf('checkpoint');
  const [files, folder] = [filesOf('files'), filesOf('folder')];
  if (trustFile === undefined) return texts.noTrust;
  if (files.length + folder.length === 0) return texts.nothing;
  const trust = await trustOf(await octetsOf(trustFile));
  if (trust === undefined) return texts.notTrust(trustFile.name);
  const options = { now: new Date(), ...(checkpoint === undefined ? {} : { pinned: await checkpoint.text() }) };
  const reports = await verifyFiles(await Promise.all(files.map(octetsOf)), trust, options);
  const [name = ''] = (folder[0]?.webkitRelativePath ?? '').split('/');
  const ofFolder = folder.length === 0 ? [] : [{ name, report: await verifyFolder(folderOf(folder), trust, options) }];
  checked = [...files.map((file, at) => ({ name: file.name, report: reports[at] as Report })), ...ofFolder];
  return undefined;
}

async function run(): Promise<void> {
  told.textContent = PAGE_TEXTS[language].working;
  checked = [];
  show();
  // The words stand there before the work begins.
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  try {
    const instead = await verify();
    show();
    told.textContent = instead ?? PAGE_TEXTS[language].done(checked.length);
    if (instead === undefined) element('reports-title').focus();
  } catch (error) {
    told.textContent = `${PAGE_TEXTS[language].failed} ${error instanceof Error ? error.message : ''}`.trim();
  }
}

element('language').addEventListener('click', () => {
  language = language === 'sv' ? 'en' : 'sv';
  translate();
});
element('trust').addEventListener('change', () => {
  const [file] = filesOf('trust');
  void file?.arrayBuffer().then((bytes) => {
    element('trust-told').textContent = PAGE_TEXTS[language].digest(hexDigestOf(new Uint8Array(bytes)));
  });
});
element('verify').addEventListener('click', () => void run());
translate();
