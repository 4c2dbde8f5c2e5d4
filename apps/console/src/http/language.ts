import type { Request, Response } from 'express';
import { LoginCookie } from '#login';
import { LANGS } from '../views/words.js';
import type { Lang } from '../views/words.js';

/** It says nothing of anybody, and needs no TLS. */
const cookie = new LoginCookie('delge-console-lang', false);
const FIRST: Lang = 'sv';

export const parametersOf = (request: Request): URLSearchParams =>
  new URLSearchParams(request.originalUrl.split('?')[1] ?? '');

const kept = (request: Request): Lang | undefined => {
  const said = cookie.read(request.headers.cookie);
  return LANGS.find((lang) => lang === said);
};

/** Of the address, else as chosen before, else Swedish. */
export const languageOf = (request: Request): Lang => {
  const said = parametersOf(request).get('lang');
  return LANGS.find((lang) => lang === said) ?? kept(request) ?? FIRST;
};

/** A language in the address stays until another is chosen. */
export const keepLanguage = (request: Request, response: Response): void => {
  const lang = languageOf(request);
  if (lang !== (kept(request) ?? FIRST)) response.append('Set-Cookie', cookie.set(lang));
};
