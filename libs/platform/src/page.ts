import { createHash } from 'node:crypto';
import type { Response } from 'express';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** Text as HTML has it. */
export const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (one) => ENTITIES[one] ?? one);
/** The same; what stands between backquotes is code. */
export const prose = (text: string): string => escaped(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
/** A value as indented JSON. */
export const shown = (value: unknown): string =>
  `<pre tabindex="0">${escaped(typeof value === 'string' ? value : JSON.stringify(value, undefined, 2))}</pre>`;

const STYLE = `:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
pre{overflow-x:auto;padding:.75rem;border:1px solid;border-radius:.25rem;font-size:.875rem}code{font-size:.9em;overflow-wrap:anywhere}
table{border-collapse:collapse;display:block;overflow-x:auto}th,td{border:1px solid;padding:.3rem .6rem;text-align:left;vertical-align:top}
summary{cursor:pointer;padding:.25rem 0}section section{margin-left:1rem}:focus-visible{outline:3px solid;outline-offset:2px}`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
/** Nothing is loaded, run, sent or framed: the one style is named by its digest. */
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** A page that needs nothing but itself. @param body HTML, every text in it escaped */
export const sendPage = (response: Response, title: string, body: string, lang: 'sv' | 'en' = 'en'): void => {
  response
    .setHeader('Content-Security-Policy', POLICY)
    .setHeader('Cache-Control', 'public, max-age=300')
    .type('text/html; charset=utf-8')
    .send(
      `<!DOCTYPE html>\n<html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
        `<title>${escaped(title)}</title><style>${STYLE}</style></head><body><main>${body}</main></body></html>\n`,
    );
};
